namespace MailScanBridge.Scanning.Resilience;

/// <summary>A tool could not be asked at all: it does not start, does not answer, hangs up. What it says of a file is never a fault.</summary>
/// <param name="message">One line for people; may hold what a tool printed, so escape it on output.</param>
/// <param name="isTransient">True where asking again at once may help.</param>
/// <param name="inner">The cause.</param>
internal sealed class ToolFaultException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTransient { get; } = isTransient;
}
