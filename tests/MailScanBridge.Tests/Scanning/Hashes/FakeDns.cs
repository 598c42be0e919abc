using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailScanBridge.Tests.Scanning.Hashes;

/// <summary>A name server on loopback that answers as it is told, and remembers what it was asked.</summary>
internal sealed class FakeDns : IDisposable
{
    public const int NoError = 0, ServerFailure = 2, NoSuchName = 3, Refused = 5;
    public const int A = 1, Txt = 16;
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    public FakeDns() => Loop = AnswerAsync();

    public IPEndPoint Endpoint => (IPEndPoint)_socket.Client.LocalEndPoint!;

    /// <summary>Code and text (or, for A, an address) for a name and a type; null: silence.</summary>
    public Func<string, int, (int Code, string? Data)?> Answer { get; set; } = (_, _) => (NoSuchName, null);

    public ConcurrentQueue<(string Name, int Type)> Asked { get; } = [];

    private Task Loop { get; }

    public void Dispose()
    {
        _socket.Dispose();
        Loop.GetAwaiter().GetResult();
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync();
                var (name, end) = ReadName(question.Buffer);
                var type = BinaryPrimitives.ReadUInt16BigEndian(question.Buffer.AsSpan(end));
                Asked.Enqueue((name, type));
                if (Answer(name, type) is { } answer)
                {
                    await _socket.SendAsync(Write(question.Buffer.AsSpan(0, end + 4), type, answer.Code, answer.Data), question.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The end.
        }
    }

    private static (string Name, int End) ReadName(byte[] message)
    {
        var labels = new List<string>();
        var at = 12;
        for (; message[at] != 0; at += message[at] + 1)
        {
            labels.Add(Encoding.ASCII.GetString(message, at + 1, message[at]));
        }

        return (string.Join('.', labels), at + 1);
    }

    private static byte[] Write(ReadOnlySpan<byte> question, int type, int code, string? data)
    {
        byte[] value = data is null ? [] : type == A ? IPAddress.Parse(data).GetAddressBytes() : [(byte)data.Length, .. Encoding.ASCII.GetBytes(data)];
        byte[] record = data is null ? [] : [0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, 0, (byte)value.Length, .. value];
        return [question[0], question[1], 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)(data is null ? 0 : 1), 0, 0, 0, 0, .. question[12..], .. record];
    }
}
