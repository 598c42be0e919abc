using System.Collections.Concurrent;

namespace MailScanBridge.Urls;

/// <summary>Answers of one source, kept for a while. Safe for concurrent use.</summary>
/// <param name="max">Most answers; beyond, all are forgotten: rather ask again than keep books on age.</param>
/// <param name="keep">How long one holds.</param>
/// <param name="time">The clock.</param>
internal sealed class AnswerCache<T>(int max, TimeSpan keep, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (T Answer, TimeSpan Until)> _known = new();
    private readonly long _started = time.GetTimestamp();

    /// <summary>By a clock that no step of the wall clock moves.</summary>
    private TimeSpan Now => time.GetElapsedTime(_started);

    /// <summary>The answer to a question; the type's default where none is known.</summary>
    public T? Find(string question) => _known.TryGetValue(question, out var known) && known.Until > Now ? known.Answer : default;

    public void Keep(string question, T answer)
    {
        if (_known.Count >= max)
        {
            _known.Clear();
        }

        _known[question] = (answer, Now + keep);
    }
}
