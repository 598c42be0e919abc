using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MailScanBridge.Zeek.Generator;

/// <summary>
/// Writes the code that encodes and decodes records with <c>[ZeekEvent]</c> and <c>[ZeekRecord]</c>, and that calls methods with <c>[ZeekEvent]</c>. Nothing is looked up by
/// reflection at run time.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ZeekGenerator : IIncrementalGenerator
{
    private const string EventAttribute = "MailScanBridge.Zeek.ZeekEventAttribute";
    private const string RecordAttribute = "MailScanBridge.Zeek.ZeekRecordAttribute";
    private const string LimitsAttribute = "MailScanBridge.Zeek.ZeekLimitsAttribute";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        // Each step ends in text and plain data, so that nothing is written anew unless its own declaration changed.
        var events = context.SyntaxProvider.ForAttributeWithMetadataName(
            EventAttribute,
            static (node, _) => node is TypeDeclarationSyntax,
            static (found, _) => RecordEmitter.Emit((INamedTypeSymbol)found.TargetSymbol, (string?)found.Attributes[0].ConstructorArguments.FirstOrDefault().Value ?? ""));
        var records = context.SyntaxProvider.ForAttributeWithMetadataName(
            RecordAttribute,
            static (node, _) => node is TypeDeclarationSyntax,
            static (found, _) => RecordEmitter.Emit((INamedTypeSymbol)found.TargetSymbol, eventName: null));

        // A handler is found once for each of its methods; equal results are written once.
        var handlers = context.SyntaxProvider.ForAttributeWithMetadataName(
            EventAttribute,
            static (node, _) => node is not TypeDeclarationSyntax,
            static (found, _) => found.TargetNode is LocalFunctionStatementSyntax
                ? Refused(found.TargetSymbol, Diagnostics.BadHandler, found.TargetSymbol.Name)
                : HandlerEmitter.Emit(found.TargetSymbol.ContainingType));

        // These have no name by which an attribute is found.
        var lambdas = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is LambdaExpressionSyntax { AttributeLists.Count: > 0 },
            static (found, token) => found.SemanticModel.GetSymbolInfo(found.Node, token).Symbol is { } lambda && Declaration.Has(lambda, "ZeekEventAttribute")
                ? Refused(lambda, Diagnostics.BadHandler, "a lambda")
                : new Generated("", "", default));
        var limits = context.SyntaxProvider.ForAttributeWithMetadataName(
            LimitsAttribute,
            static (node, _) => node is TypeDeclarationSyntax,
            static (found, _) => HasReader((INamedTypeSymbol)found.TargetSymbol)
                ? new Generated("", "", default)
                : Refused(found.TargetSymbol, Diagnostics.IdleLimits, found.TargetSymbol.Name, "is no typed event, no record and no handler"));

        context.RegisterSourceOutput(events, Add);
        context.RegisterSourceOutput(records, Add);
        context.RegisterSourceOutput(limits, Add);
        context.RegisterSourceOutput(lambdas, Add);
        context.RegisterSourceOutput(handlers.Collect(), static (output, all) =>
        {
            foreach (var one in all.Distinct())
                Add(output, one);
        });
    }

    private static bool HasReader(INamedTypeSymbol type) =>
        type.GetMembers().OfType<IMethodSymbol>().Concat<ISymbol>([type]).Any(symbol => Declaration.Has(symbol, "ZeekEventAttribute") || Declaration.Has(symbol, "ZeekRecordAttribute"));

    private static Generated Refused(ISymbol symbol, DiagnosticDescriptor why, params string[] arguments) =>
        new("", "", new EquatableArray<Complaint>([Complaint.At(symbol.Locations.FirstOrDefault(), why, arguments)]));

    private static void Add(SourceProductionContext output, Generated generated)
    {
        foreach (var complaint in generated.Complaints)
            output.ReportDiagnostic(complaint.ToDiagnostic());
        if (generated.Source.Length > 0)
            output.AddSource(generated.Hint, generated.Source);
    }
}

/// <summary>What a declaration comes to: a file, or the complaints that there can be none.</summary>
internal sealed record Generated(string Hint, string Source, EquatableArray<Complaint> Complaints);
