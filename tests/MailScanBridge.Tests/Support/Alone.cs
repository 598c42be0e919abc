using Xunit;

namespace MailScanBridge.Tests.Support;

/// <summary>Tests that look at the whole process, its open files and children: no other runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
