using Xunit.Sdk;
using Xunit.v3;

// These start daemons, Zeeks and scanners, and kill and stop them under load: two at once would decide each other's results on a small machine.
[assembly: Parallelization(Mode = ParallelMode.None)]
