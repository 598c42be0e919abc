namespace MailScanBridge.Zeek;

/// <summary>What is called for a typed event, looked up once for each type.</summary>
/// <remarks>Code shared by all classes looks a static member of an interface up anew at each call, which takes longer than reading a small event.</remarks>
internal static class TypedCodec<T>
    where T : IZeekEvent<T>
{
    public delegate T Reader(ref ZeekReader reader);

    public static readonly Reader ReadArgs = T.ReadArgs;
    public static readonly string Name = T.EventName;
    public static readonly byte[] NameBytes = System.Text.Encoding.UTF8.GetBytes(T.EventName);
}
