using System.Buffers;
using BenchmarkDotNet.Attributes;
using MailScanBridge.Zeek;

namespace Benchmarks;

/// <summary>Encoding and decoding of the payloads of Broker's own benchmark, and of the file request.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256 * 1024);
    private byte[] _bytes = [];
    private ZeekValue _value;

    [Params("small", "conn.log", "table", "file request")]
    public string Payload { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _bytes = Payloads.Bytes(Payload);
        _value = ZeekWire.Decode(_bytes);
    }

    [Benchmark(Description = "encode a value into a buffer")]
    public int Encode()
    {
        _buffer.ResetWrittenCount();
        var writer = new ZeekWriter(_buffer);
        writer.WriteValue(_value);
        writer.Flush();
        return _buffer.WrittenCount;
    }

    [Benchmark(Description = "encode a typed event")]
    public byte[] EncodeTyped() => Payloads.Bytes(Payload);

    [Benchmark(Description = "decode into values that view the bytes")]
    public ZeekValue DecodeView() => ZeekWire.Decode(_bytes);

    [Benchmark(Description = "decode into values that own their bytes")]
    public ZeekValue DecodeOwned() => ZeekWire.Decode(_bytes.AsSpan().ToArray());

    [Benchmark(Description = "decode into a typed event")]
    public object DecodeTyped() => Payload switch
    {
        "small" => ZeekWire.DecodeEvent<Small>(_bytes),
        "conn.log" => ZeekWire.DecodeEvent<Conn>(_bytes),
        "table" => ZeekWire.DecodeEvent<Tables>(_bytes),
        _ => ZeekWire.DecodeEvent<FileRequest>(_bytes),
    };
}
