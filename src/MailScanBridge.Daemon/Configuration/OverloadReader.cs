using MailScanBridge.Queue;

namespace MailScanBridge.Daemon.Configuration;

/// <summary>Reads when how much is given up.</summary>
internal static class OverloadReader
{
    public static OverloadOptions Read(ConfigSection overload)
    {
        var defaults = new OverloadOptions();
        var options = new OverloadOptions
        {
            Level1 = Mark("level_1", defaults.Level1),
            Level2 = Mark("level_2", defaults.Level2),
            Level3 = Mark("level_3", defaults.Level3),
            MaxRate = overload.Number("max_rate", defaults.MaxRate, 0, 1_000_000),
            MaxBurst = overload.Number("max_burst", defaults.MaxBurst, 1, 10_000_000),
            Calm = overload.Duration("calm", defaults.Calm),
            LowRisk = overload.TextList("low_risk") ?? defaults.LowRisk,
        };
        Rising("level_2", options.Level1, options.Level2);
        Rising("level_3", options.Level2, options.Level3);
        overload.NothingElse();
        return options;

        OverloadMark Mark(string key, OverloadMark fallback)
        {
            var level = overload.Section(key);
            var mark = new OverloadMark(level.Number("open_percent", fallback.OpenPercent, 1, 100), level.Duration("age", fallback.Age));
            level.NothingElse();
            return mark;
        }

        void Rising(string key, OverloadMark below, OverloadMark above)
        {
            if (above.OpenPercent < below.OpenPercent || above.Age < below.Age)
            {
                overload.Wrong(key, "its marks lie below those of the level before it");
            }
        }
    }
}
