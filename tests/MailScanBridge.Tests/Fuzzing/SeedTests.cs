using Fuzz;
using Fuzz.Targets;
using Xunit;

namespace MailScanBridge.Tests.Fuzzing;

/// <summary>What the fuzzer starts from, and what it once crashed with, still holds what it must.</summary>
public sealed class SeedTests
{
    public static TheoryData<string> Targets => [.. AllTargets.Names];

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_the_fuzzer_starts_from_and_has_found_still_holds(string name)
    {
        var target = AllTargets.Find(name)!;
        var inputs = Seeds.Read(name);
        Assert.NotEmpty(inputs);
        Assert.All(inputs, input => target.Check(input, twice: true));
        target.Check([], twice: true);
    }

    [Fact]
    public void Every_directory_of_seeds_has_a_target() =>
        Assert.Equal(AllTargets.Names.Order(StringComparer.Ordinal), Directory.EnumerateDirectories(Path.Combine(AppContext.BaseDirectory, "Seeds")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);

    [Fact]
    public void A_decoder_that_allocates_too_much_throws_or_changes_its_mind_is_caught()
    {
        Assert.Throws<InvariantException>(() => new Lambda(_ => new byte[1024 * 1024].Length).Check([1], twice: false));
        Assert.Throws<InvalidTimeZoneException>(() => new Lambda(_ => throw new InvalidTimeZoneException()).Check([1], twice: false));
        var calls = 0;
        Assert.Throws<InvariantException>(() => new Lambda(_ => calls++).Check([1], twice: true));
    }

    private sealed class Lambda(Func<byte[], int> run) : Target
    {
        protected override int Run(byte[] input) => run(input);
    }
}
