using System.Runtime.InteropServices;

namespace MailScanBridge.Scanning.Hashes;

/// <summary>Reads a file line by line without making a string of each, and checksums it. Used by one thread.</summary>
internal sealed class LineReader : IDisposable
{
    // Also the longest line that is given whole; of a longer one only the start.
    private const int Window = 1024 * 1024;
    private readonly FileStream _file;
    private readonly byte[] _buffer = new byte[Window];
    private int _start;
    private int _end;
    private bool _atEnd;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public LineReader(string path)
    {
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, FileOptions.SequentialScan);
        Fill();
        if (_buffer.AsSpan(0, _end).StartsWith(Preamble))
        {
            _start = Preamble.Length;
        }
    }

    /// <summary>Over all that was read; not cryptographic.</summary>
    public ulong Checksum { get; private set; } = 14695981039346656037;

    private static ReadOnlySpan<byte> Preamble => [0xEF, 0xBB, 0xBF];

    /// <summary>The next line without its line feed; <paramref name="whole"/> is false where it was too long and only its start is given.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line, out bool whole)
    {
        whole = true;
        while (true)
        {
            var unread = _buffer.AsSpan(_start, _end - _start);
            var length = unread.IndexOf((byte)'\n');
            if (length >= 0 || (_atEnd && !unread.IsEmpty))
            {
                line = length >= 0 ? unread[..length] : unread;
                _start += length >= 0 ? length + 1 : unread.Length;
                return true;
            }

            if (_atEnd)
            {
                line = [];
                return false;
            }

            if (unread.Length == Window)
            {
                whole = false;
                line = unread[..200].ToArray();
                SkipLine();
                return true;
            }

            Fill();
        }
    }

    public void Dispose() => _file.Dispose();

    private void SkipLine()
    {
        do
        {
            _start = _end = 0;
            Fill();
        }
        while (!_atEnd && _buffer.AsSpan(0, _end).IndexOf((byte)'\n') < 0);

        var length = _buffer.AsSpan(0, _end).IndexOf((byte)'\n');
        _start = length < 0 ? _end : length + 1;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var read = _file.ReadAtLeast(_buffer.AsSpan(_end), _buffer.Length - _end, throwOnEndOfStream: false);
        _atEnd = _end + read < _buffer.Length;
        var added = _buffer.AsSpan(_end, read);
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(added))
        {
            Checksum = (Checksum ^ word) * 1099511628211;
        }

        foreach (var b in added[(added.Length & ~7)..])
        {
            Checksum = (Checksum ^ b) * 1099511628211;
        }

        _end += read;
    }
}
