using System.Security.Cryptography;

namespace MailScanBridge.Unpacking;

/// <summary>
/// Receives the content of one part: writes, hashes and counts, and throws <see cref="LimitReachedException"/> rather than
/// write one byte past a limit, whatever sizes the container declared. Hot: all that comes out of containers passes here.
/// </summary>
internal sealed class PartWriter : Stream
{
    private readonly UnpackSession _session;
    private readonly ContainerAccount _container;
    private readonly FileStream _file;
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;
    private uint _crc = Crc32.Start;

    public PartWriter(UnpackSession session, ContainerAccount container, string path)
    {
        _session = session;
        _container = container;
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 64 * 1024,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = Guard(() => new FileStream(path, options));
    }

    public override long Length => _length;

    /// <summary>CRC-32 of what was written so far.</summary>
    public uint Crc => Crc32.Finish(_crc);

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.IsEmpty)
            return;
        _session.Token.ThrowIfCancellationRequested();
        (long allowed, LimitReachedException? limit) = _session.Allow(_container, _length, buffer.Length);
        buffer = buffer[..(int)allowed];
        try
        {
            _file.Write(buffer);
        }
        catch (IOException e)
        {
            throw new WorkDirectoryException("cannot write an unpacked part", e);
        }

        _sha256.AppendData(buffer);
        _crc = Crc32.Append(_crc, buffer);
        _length += buffer.Length;
        if (limit is not null)
            throw limit;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void WriteByte(byte value) => Write([value]);

    /// <summary>Closes the file and says what is in it.</summary>
    public string Complete()
    {
        CloseFile();
        return Convert.ToHexStringLower(_sha256.GetHashAndReset());
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sha256.Dispose();
            CloseFile();
        }

        base.Dispose(disposing);
    }

    /// <summary>What is still buffered meets the disk here, so that here too a full disk must not pass for broken content.</summary>
    private void CloseFile() => Guard(() =>
    {
        _file.Dispose();
        return true;
    });

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WorkDirectoryException("cannot write an unpacked part", e);
        }
    }
}
