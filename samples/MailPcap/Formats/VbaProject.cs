using System.Text;

namespace MailScanBridge.Samples.MailPcap.Formats;

/// <summary>Writes a vbaProject.bin ([MS-OVBA]) with one document module and one of code, both as source, as Office stores them.</summary>
internal static class VbaProject
{
    private const string DocumentModule = "ThisDocument";

    public static byte[] With(string module, string source)
    {
        string document = $"Attribute VB_Name = \"{DocumentModule}\"\r\nAttribute VB_Base = \"1Normal.ThisDocument\"\r\nAttribute VB_PredeclaredId = True\r\n";
        string code = $"Attribute VB_Name = \"{module}\"\r\n{source}";
        string project = $"ID=\"{{00000000-0000-0000-0000-000000000000}}\"\r\nDocument={DocumentModule}/&H00000000\r\nModule={module}\r\nName=\"Project\"\r\n"
            + "HelpContextID=\"0\"\r\nVersionCompatible32=\"393222000\"\r\n\r\n[Host Extender Info]\r\n\r\n[Workspace]\r\n";
        return new CompoundFileWriter()
            .Add("VBA/dir", Compress(Dir(module)))
            .Add($"VBA/{DocumentModule}", Compress(Ascii(document)))
            .Add($"VBA/{module}", Compress(Ascii(code)))
            .Add("VBA/_VBA_PROJECT", [0xCC, 0x61, 0xFF, 0xFF, 0, 0, 0])
            .Add("PROJECT", Ascii(project))
            .ToArray();
    }

    // The records of the dir stream ([MS-OVBA] 2.3.4.2), in their order: id, size, data.
    private static byte[] Dir(string module)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Record(0x01, [1, 0, 0, 0]); // SysKind: 32-bit
        Record(0x02, [0x09, 0x04, 0, 0]); // LCID
        Record(0x14, [0x09, 0x04, 0, 0]); // LCID for invocation
        Record(0x03, [0xE4, 0x04]); // code page 1252
        Record(0x04, Ascii("Project"));
        Record(0x05, []); // doc string
        Record(0x40, []);
        Record(0x06, []); // help file
        Record(0x3D, []);
        Record(0x07, [0, 0, 0, 0]); // help context
        Record(0x08, [0, 0, 0, 0]); // library flags
        Record(0x09, [1, 0, 0, 0]); // version: the size counts the major number only
        writer.Write((ushort)1);
        Record(0x0C, []); // constants
        Record(0x3C, []);
        Record(0x0F, [2, 0]); // modules
        Record(0x13, [0xFF, 0xFF]); // cookie
        Module(DocumentModule, 0x22);
        Module(module, 0x21);
        Record(0x10, []);
        writer.Flush();
        return stream.ToArray();

        void Module(string name, ushort kind)
        {
            Record(0x19, Ascii(name));
            Record(0x47, Encoding.Unicode.GetBytes(name));
            Record(0x1A, Ascii(name)); // stream name
            Record(0x32, Encoding.Unicode.GetBytes(name));
            Record(0x1C, []); // doc string
            Record(0x48, []);
            Record(0x31, [0, 0, 0, 0]); // offset of the source: no performance cache stands in front
            Record(0x1E, [0, 0, 0, 0]); // help context
            Record(0x2C, [0xFF, 0xFF]); // cookie
            Record(kind, []);
            Record(0x2B, []);
        }

        void Record(ushort id, byte[] data)
        {
            writer.Write(id);
            writer.Write(data.Length);
            writer.Write(data);
        }
    }

    /// <summary>The container of [MS-OVBA] 2.4.1 with one chunk of literals only: eight after each flag byte of zero.</summary>
    private static byte[] Compress(byte[] data)
    {
        const int LargestChunk = 4096;
        var tokens = new List<byte>();
        foreach (byte[] eight in data.Chunk(8))
        {
            tokens.Add(0);
            tokens.AddRange(eight);
        }

        if (tokens.Count > LargestChunk)
            throw new ArgumentException("longer than one chunk holds", nameof(data));
        int header = (tokens.Count + 2 - 3) | 0x3000 | 0x8000;
        return [1, (byte)header, (byte)(header >> 8), .. tokens];
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
