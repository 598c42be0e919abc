using MailScanBridge.Routing;
using MailScanBridge.Tests.Support;
using Xunit;

namespace MailScanBridge.Tests.Routing;

public sealed class RouterTests
{
    private static readonly Route s_pdf = new("pdf", ["application/pdf"], [new RouteStep("a")]);
    private static readonly Route s_text = new("text", ["text/*", "message/*"], [new RouteStep("b")]);
    private static readonly Route s_rest = new("rest", ["*"], [new RouteStep("c")]);

    [Theory]
    [InlineData("application/pdf", "pdf")]
    [InlineData("application/pdfx", "rest")]
    [InlineData("application/pd", "rest")]
    [InlineData("text/plain", "text")]
    [InlineData("text/", "text")]
    [InlineData("text", "rest")]
    [InlineData("context/plain", "rest")]
    [InlineData("message/rfc822", "text")]
    [InlineData("application/octet-stream", "rest")]
    public void The_first_route_that_names_the_type_is_the_plan(string type, string route)
    {
        Assert.Equal(route, new Router([s_pdf, s_text, s_rest]).Plan(Make.Item(type)).Route?.Name);
    }

    [Fact]
    public void Order_decides() => Assert.Equal("rest", new Router([s_rest, s_pdf]).Plan(Make.Item("application/pdf")).Route?.Name);

    [Theory]
    [InlineData("application/pdf", "inbound", "inbound")]
    [InlineData("application/pdf", null, "pdf")]
    [InlineData("application/pdf", "outbound", "pdf")]
    [InlineData("application/pdf", "rest", "pdf")]
    [InlineData("text/plain", "inbound", "text")]
    public void A_route_on_request_serves_who_asks_for_it_and_the_types_it_names(string type, string? requested, string route)
    {
        var router = new Router([new Route("inbound", ["application/pdf"], [new RouteStep("d")], OnRequest: true), s_pdf, s_text, s_rest]);

        Assert.Equal(route, router.Plan(Make.Item(type), requested).Route?.Name);
        Assert.Equal(requested == "inbound", router.Offers(requested ?? ""));
    }

    [Fact]
    public void Without_a_route_the_plan_has_no_steps()
    {
        var plan = new Router([s_pdf]).Plan(Make.Item("text/plain"));

        Assert.Null(plan.Route);
        Assert.Empty(plan.Steps);
    }

    [Fact]
    public void The_rule_sets_name_changes_with_all_that_decides_a_verdict()
    {
        (string, string?)[] scanners = [("a", "1"), ("b", null)];
        string[] names =
        [
            RuleSet.NameOf(scanners, [s_pdf, s_text]),
            RuleSet.NameOf([("a", "2"), ("b", null)], [s_pdf, s_text]),
            RuleSet.NameOf([("a", "1")], [s_pdf, s_text]),
            RuleSet.NameOf(scanners, [s_text, s_pdf]),
            RuleSet.NameOf(scanners, [s_pdf, s_text with { StopAtMalicious = false }]),
            RuleSet.NameOf(scanners, [s_pdf with { Steps = [new RouteStep("a", Mandatory: false)] }, s_text]),
            RuleSet.NameOf(scanners, [s_pdf with { Types = ["application/*"] }, s_text]),
        ];

        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.Equal(names[0], RuleSet.NameOf(scanners, [s_pdf, s_text]));
    }
}
