using MailScanBridge.Zeek.Generator;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MailScanBridge.Zeek.Tests.Typed;

public class GeneratorTests
{
    [Theory]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed record E(ulong X);", "ZEEK001")]
    [InlineData("public class Outside { [ZeekEvent(\"A::b\")] public sealed partial record E(ulong X); }", "ZEEK001")]
    [InlineData("public class H { [ZeekEvent(\"A::b\")] void M() { } }", "ZEEK001")]
    [InlineData("[ZeekRecord] public sealed partial record R { public ulong X => 1; public ulong Y { get; private set; } }", "ZEEK002")]
    [InlineData("[ZeekRecord] public sealed partial record R { public R(string s) { } public ulong X { get; init; } }", "ZEEK002")]
    [InlineData("[ZeekRecord] public sealed partial class R(ulong x) { }", "ZEEK002")]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E(object X);", "ZEEK003")]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E(decimal X);", "ZEEK003")]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E(System.DayOfWeek X);", "ZEEK003")]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E(string?[] X);", "ZEEK003")]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E(HashSet<byte[]> X);", "ZEEK003")]
    [InlineData("public partial class H { [ZeekEvent(\"A::b\")] void M(System.Uri x) { } }", "ZEEK003")]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E(ulong MyField, ulong my_field);", "ZEEK004")]
    [InlineData("public partial class H { [ZeekEvent(\"A::b\")] void M() { } [ZeekEvent(\"A::b\")] void N() { } }", "ZEEK004")]
    [InlineData("[ZeekEvent(\"\")] public sealed partial record E(ulong X);", "ZEEK005")]
    [InlineData("[ZeekEvent(\"A::b c\")] public sealed partial record E(ulong X);", "ZEEK005")]
    [InlineData("[ZeekEvent(\"A::\")] public sealed partial record E(ulong X);", "ZEEK005")]
    [InlineData("[ZeekEvent(\"A::1b\")] public sealed partial record E(ulong X);", "ZEEK005")]
    [InlineData("[ZeekEvent(\"A::größe\")] public sealed partial record E(ulong X);", "ZEEK005")]
    [InlineData("[ZeekRecord] public sealed partial record R([property: ZeekName(\"\")] ulong X);", "ZEEK005")]
    [InlineData("[ZeekRecord] public sealed partial record R { [ZeekName(\"\")] public ulong X { get; init; } }", "ZEEK005")]
    [InlineData("[ZeekRecord] public sealed partial record R([ZeekName(\"A::x\")] ulong X);", "ZEEK005")]
    [InlineData("[ZeekEnum(\"A\")] public enum N { [ZeekName(\"\")] X } [ZeekRecord] public sealed partial record R(N[] X);", "ZEEK005")]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E<T>(ulong X);", "ZEEK006")]
    [InlineData("public partial class H { [ZeekEvent(\"A::b\")] int M() => 1; }", "ZEEK007")]
    [InlineData("public partial class H { [ZeekEvent(\"A::b\")] static void M() { } }", "ZEEK007")]
    [InlineData("[ZeekRecord] public sealed partial record R { public ulong X { get; init; } } partial record R { public ulong Y { get; init; } }", "ZEEK008")]
    [InlineData("[ZeekRecord] public sealed partial record R { public object? X { get; init; } }", "ZEEK003")]
    [InlineData("[ZeekRecord, ZeekLimits(MaxStringBytes = 0)] public sealed partial record R(string X);", "ZEEK009")]
    [InlineData("[ZeekEvent(\"A::b\"), ZeekLimits(MaxItems = -1)] public sealed partial record E(string[] X);", "ZEEK009")]
    [InlineData("[ZeekRecord] public sealed partial record Access(bool Read, bool Write);", "ZEEK010")]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E(ulong ReadArgs, ulong WriteArgs);", "ZEEK010")]
    [InlineData("[ZeekRecord] public sealed partial record R { public ulong ZeekFields { get; init; } }", "ZEEK010")]
    [InlineData("[ZeekEvent(\"A::b\"), ZeekRecord] public sealed partial record E(ulong X);", "ZEEK011")]
    [InlineData("[ZeekRecord] public partial record B(string S); [ZeekRecord] public partial record D(string S, string T) : B(S);", "ZEEK011")]
    [InlineData("public record B { public string? S { get; init; } } [ZeekRecord] public partial record D : B { public string? T { get; init; } }", "ZEEK011")]
    [InlineData("public partial class B { [ZeekEvent(\"A::a\")] void M() { } } public partial class D : B { [ZeekEvent(\"A::b\")] void N() { } }", "ZEEK011")]
    [InlineData("[ZeekRecord] file partial record R(ulong X);", "ZEEK011")]
    [InlineData("[ZeekRecord] public abstract partial record R(ulong X);", "ZEEK011")]
    [InlineData("public partial interface I { [ZeekRecord] public partial record R(ulong X); }", "ZEEK011")]
    [InlineData("[ZeekRecord] public partial record R(ulong X) { public required string Y { get; init; } }", "ZEEK011")]
    [InlineData("[ZeekRecord] public partial record R(ValueTuple<ulong> X);", "ZEEK003")]
    [InlineData("[ZeekRecord] public partial record R(HashSet<ReadOnlyMemory<byte>> X);", "ZEEK003")]
    [InlineData("[ZeekRecord] public partial record P(string S, string[] T); [ZeekRecord] public partial record R(HashSet<P> X);", "ZEEK003")]
    [InlineData("[ZeekRecord] public partial record P(byte[]? S); [ZeekRecord] public partial record Q(P S); [ZeekRecord] public partial record R(Dictionary<(ulong, Q), ulong> X);", "ZEEK003")]
    [InlineData("[ZeekRecord] public partial record R(Dictionary<(ulong, (byte[], ulong)), ulong> X);", "ZEEK003")]
    [InlineData("[ZeekEnum(\"M\")] public enum C { [ZeekName(\"x\")] A, x } [ZeekRecord] public partial record R(List<C> P);", "ZEEK004")]
    [InlineData("[ZeekRecord] public partial record Read(ulong X);", "ZEEK010")]
    [InlineData("[ZeekRecord] public partial record struct Write(ulong X);", "ZEEK010")]
    [InlineData("[ZeekRecord] public partial record ZeekFields(ulong X);", "ZEEK010")]
    [InlineData("[ZeekEvent(\"A::b\")] public partial record ReadArgs(ulong X);", "ZEEK010")]
    [InlineData("[ZeekRecord] public partial record R(ulong X) { private const int ZeekFields = 1; }", "ZEEK010")]
    [InlineData("[ZeekRecord] public partial record R(ulong X) { public static R Read(ref ZeekReader reader) => new(1); }", "ZEEK010")]
    [InlineData("[ZeekRecord] public partial record R(ulong X) { public void Write(ref ZeekWriter w) { } }", "ZEEK010")]
    [InlineData("[ZeekEvent(\"A::b\")] public partial record R(ulong X) { public bool WriteArgs => true; }", "ZEEK010")]
    [InlineData("[ZeekEnum(\"A\")] public enum E { a } [ZeekRecord] public partial record R(E X, ulong __ParseE0);", "ZEEK010")]
    [InlineData("[ZeekEnum(\"A\")] public enum E { a } [ZeekRecord] public partial record R(E X) { void __NameE0() { } }", "ZEEK010")]
    [InlineData("public partial class H { int __Fields0; [ZeekEvent(\"A::b\")] void M(ulong x) { _ = __Fields0; } }", "ZEEK010")]
    [InlineData("[ZeekRecord] public partial record R(HashSet<ulong> X) { class __Keys0; }", "ZEEK010")]
    [InlineData("[ZeekRecord] public partial record R(ulong größe);", "ZEEK005")]
    [InlineData("[ZeekRecord] public partial record R { public ulong Größe { get; init; } }", "ZEEK005")]
    [InlineData("public partial class H { [ZeekEvent(\"A::b\")] void M(ulong größe) { } }", "ZEEK005")]
    [InlineData("public class H { void M() { F(); [ZeekEvent(\"A::b\")] void F() { } } }", "ZEEK007")]
    [InlineData("public class H { Action F() => [ZeekEvent(\"A::b\")] () => { }; }", "ZEEK007")]
    [InlineData("public partial class H { public ulong X { [ZeekEvent(\"A::b\")] get; set; } }", "ZEEK007")]
    [InlineData("[ZeekLimits(MaxItems = 1)] public partial record R(string[] X);", "ZEEK012")]
    [InlineData("[ZeekLimits(MaxItems = 1)] public class C;", "ZEEK012")]
    [InlineData("[ZeekEvent(\"A::mine\")] public partial record Mine(ulong X); [ZeekLimits(MaxItems = 1)] public partial class H { [ZeekEvent(\"A::mine\")] void M(Mine m) { } }", "ZEEK012")]
    [InlineData("[ZeekLimits(MaxItems = 0)] public partial class H { [ZeekEvent(\"A::b\")] void M(ulong[] x) { } }", "ZEEK009")]
    [InlineData("[ZeekEvent(\"A::mine\")] public partial record Mine(ulong X); public partial class H { [ZeekEvent(\"A::other\")] void M(Mine m) { } }", "ZEEK013")]
    public void What_cannot_map_is_an_error_with_a_code_at_the_place(string code, string id)
    {
        var errors = Run(code).Diagnostics;
        Assert.Contains(id, errors.Select(error => error.Id));
        Assert.All(errors, error => Assert.NotEqual(Location.None, error.Location));
    }

    [Fact]
    public void Where_bytes_cannot_be_keys_the_type_that_keeps_them_is_named() =>
        Assert.Contains("use ZeekValue, which keeps every byte", Assert.Single(Run("[ZeekRecord] public partial record R(Dictionary<byte[], ulong> X);").Diagnostics).GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    [Theory]
    [InlineData("[ZeekEvent(\"A::b\")] public sealed partial record E(ulong X, string? Y, List<(string, ulong)>? Z, ReadOnlyMemory<byte> B, Dictionary<string, HashSet<ulong>> T);")]
    [InlineData("[ZeekEvent(\"zeek_init\")] public readonly partial record struct E(ulong X);")]
    [InlineData("public partial class Around { public partial class In { [ZeekRecord] internal partial record R(IReadOnlyList<R2>? Rs); [ZeekRecord] internal partial record R2(ZeekValue V, ulong[][]? A, TimeSpan? T); } }")]
    [InlineData("public partial class H { [ZeekEvent(\"A::b\")] void M(ulong reader, string writer, ZeekRawEvent e, CancellationToken cancellationToken) { } [ZeekEvent(\"A::c\")] Task N(HashSet<string> s, int? i) => Task.CompletedTask; }")]
    [InlineData("[ZeekEnum(\"\")] public enum Proto { tcp, udp, other = udp, @default } [ZeekRecord] public partial record R(Proto P, Proto? Q, IReadOnlySet<Proto> S, IReadOnlyDictionary<(Proto, ulong), R3> T); [ZeekRecord] public partial record R3(short_ X); [ZeekRecord] public partial record short_(double @event); [ZeekRecord] public partial record Empty();")]
    [InlineData("[ZeekRecord] public sealed partial record R { public required ulong X { get; init; } public string? Y { get; set; } = \"y\"; public string Sum => X + Y; public static int Z { get; set; } [ZeekName(\"end\")] public ulong @event { get; init; } } partial record R { public int Computed => 1; }")]
    [InlineData("[ZeekEvent(\"A::b\"), ZeekLimits(MaxStringBytes = 9, MaxItems = 3, RejectInvalidUtf8 = true)] public partial record struct E(string S, byte[]? B, ReadOnlyMemory<byte> M, string[][] V, IReadOnlyList<byte[]> W, byte[][][] X, List<byte[]>[] Y, HashSet<string> H, Dictionary<(string, ulong), List<ZeekValue>> T);")]
    [InlineData("[ZeekRecord] public partial record Ping(ulong X); [ZeekRecord] public partial record PING(ulong X); [ZeekRecord] public partial record ping_(ulong X);")]
    [InlineData("namespace N.@event { [ZeekRecord] public partial record @class(ulong @int, @else E); [ZeekRecord] public partial record struct @else(bool @true); [ZeekEvent(\"A::b\")] public partial record @void(@class C); }")]
    [InlineData("public partial class H { [ZeekEvent(\"A::b\")] void @event(ulong @class) { } }")]
    [InlineData("namespace N { [ZeekEnum(\"M\")] public enum B_C { x } } namespace N_B { [ZeekEnum(\"M\")] public enum C { x } } namespace M { [ZeekEnum(\"M\")] public enum C { @class } } [ZeekRecord] public partial record R(N.B_C P, N_B.C Q, M.C S, M.C T);")]
    [InlineData("public record B(string S); [ZeekRecord] public partial record D(string S, string T) : B(S);")]
    [InlineData("[ZeekRecord] public partial record P(string S, ulong? T); [ZeekRecord] public partial record struct Q(P P, byte[] B) { public bool Equals(Q other) => P == other.P; public override int GetHashCode() => 0; } [ZeekRecord] public partial record R(HashSet<P> X, Dictionary<(P, Q), string[]> Y);")]
    [InlineData("[ZeekEnum(\"A\")] public enum E { [Obsolete] a, [Obsolete(\"x\")] b, [Obsolete(\"x\", true)] c } [ZeekRecord] public partial record R(E X, HashSet<E> Y);")]
    [InlineData("[Obsolete(\"x\", true), ZeekRecord] public partial record Old(ulong X); [Obsolete, ZeekRecord] public partial record R(Old X, HashSet<Old> Y);")]
    [InlineData("[Obsolete, ZeekRecord] public partial record Old(ulong X); \n#pragma warning disable CS0612\n [ZeekRecord] public partial record R(Old X, HashSet<(Old, ulong)> Y);")]
    [InlineData("[ZeekRecord] public partial record R(ulong X) { public static R Read() => new(1); public void Write(string to) { } public void __Parse() { } }")]
    [InlineData("[ZeekLimits(MaxItems = 1)] public partial class H { [ZeekEvent(\"A::b\")] void M(ulong[] x, byte[] y, string z, ZeekValue[] v) { } }")]
    [InlineData("[ZeekRecord] public partial record P(string S, ulong? T, P? N, DateTimeOffset D); [ZeekRecord] public partial record struct Q(P P, TimeSpan? S); [ZeekEvent(\"A::b\")] public partial record struct E(HashSet<(P, Q?)> X, Dictionary<(string?, (ulong, uint)), HashSet<Q>> Y, HashSet<double>[] Z, Dictionary<int, System.Net.IPAddress> W);")]
    [InlineData("[ZeekRecord] public partial record P(ulong X) { private readonly ulong _x = X; public ulong X => _x; } [ZeekRecord] public partial record Q; [ZeekRecord] public partial record R(HashSet<P> S); partial record Q(ulong Y);")]
    [InlineData("[ZeekRecord] public partial record P(ulong X) { public virtual bool Equals(P? other) => true; public override int GetHashCode() => 1; } public partial class H { [ZeekEvent(\"A::b\")] void M(HashSet<P> p, HashSet<P> q, HashSet<ulong> r) { } }")]
    public void What_maps_compiles(string code) => Assert.Empty(Run(code).Output.GetDiagnostics(TestContext.Current.CancellationToken).Where(d => d.Severity >= DiagnosticSeverity.Warning && d.Id != "CS8019"));

    [Fact]
    public void An_edit_elsewhere_writes_nothing_anew()
    {
        var first = Compile("[ZeekEvent(\"A::b\")] public sealed partial record E(ulong X);");
        var options = new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true);
        var driver = CSharpGeneratorDriver.Create([new ZeekGenerator().AsSourceGenerator()], parseOptions: Parse, driverOptions: options).RunGenerators(first, TestContext.Current.CancellationToken);
        var second = first.AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Elsewhere;", Parse, cancellationToken: TestContext.Current.CancellationToken));
        var steps = driver.RunGenerators(second, TestContext.Current.CancellationToken).GetRunResult().Results[0].TrackedOutputSteps;
        Assert.NotEmpty(steps);
        Assert.All(steps.SelectMany(step => step.Value).SelectMany(step => step.Outputs), output =>
            Assert.True(output.Reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, output.Reason.ToString()));
    }

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);

    private static CSharpCompilation Compile(string code)
    {
        const string Usings = "#nullable enable\nusing System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks; using MailScanBridge.Zeek;\n";
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        return CSharpCompilation.Create(
            "Tested", [CSharpSyntaxTree.ParseText(Usings + code, Parse, path: "tested.cs")], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    private static (IReadOnlyList<Diagnostic> Diagnostics, Compilation Output) Run(string code)
    {
        CSharpGeneratorDriver.Create([new ZeekGenerator().AsSourceGenerator()], parseOptions: Parse)
            .RunGeneratorsAndUpdateCompilation(Compile(code), out var output, out var diagnostics, TestContext.Current.CancellationToken);
        return (diagnostics, output);
    }
}
