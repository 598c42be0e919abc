namespace MailScanBridge.Zeek.Wire;

/// <summary>
/// The wire's form of a double. It is IEEE 754 for normal numbers and zeros only; the rest follows the code that Broker happens to use.
/// </summary>
/// <remarks>
/// Source: <c>caf/detail/ieee_754.hpp</c> (<c>pack754</c>, <c>unpack754</c>) of Zeek 8.2.2. The two infinities have each other's IEEE bits, NaN is all
/// ones, other NaN patterns read as infinities. Of the subnormals those from 2^-1023 up travel with one bit less; smaller ones make
/// <c>pack754</c> run its exponent below zero and into the sign, so they are written as zero here.
/// </remarks>
internal static class WireReal
{
    private const ulong Sign = 0x8000_0000_0000_0000;
    private const ulong Exponent = 0x7ff0_0000_0000_0000;
    private const ulong Fraction = 0x000f_ffff_ffff_ffff;
    private const ulong PositiveInfinity = 0xfff0_0000_0000_0000;
    private const ulong NegativeInfinity = 0x7ff0_0000_0000_0000;
    private const ulong NotANumber = 0xffff_ffff_ffff_ffff;
    private const ulong HalfSmallestNormal = 1UL << 51;

    public static ulong Pack(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var exponent = bits & Exponent;
        return exponent != 0 && exponent != Exponent ? bits : PackSpecial(bits);
    }

    public static double Unpack(ulong wire)
    {
        var exponent = wire & Exponent;
        return exponent != 0 && exponent != Exponent ? BitConverter.UInt64BitsToDouble(wire) : UnpackSpecial(wire);
    }

    private static ulong PackSpecial(ulong bits)
    {
        if ((bits & Exponent) == Exponent)
        {
            if ((bits & Fraction) != 0)
                return NotANumber;
            return (bits & Sign) != 0 ? NegativeInfinity : PositiveInfinity;
        }

        var fraction = bits & Fraction;
        if (fraction < HalfSmallestNormal)
            return bits & Sign;

        // 2^-1023 itself would have the bits of zero, and that is what Zeek sends; the next pattern reads as it.
        return (bits & Sign) | Math.Max((fraction - HalfSmallestNormal) << 1, 1);
    }

    private static double UnpackSpecial(ulong wire)
    {
        if ((wire & Exponent) == Exponent)
        {
            return wire switch
            {
                NotANumber => double.NaN,
                PositiveInfinity => double.PositiveInfinity,
                NegativeInfinity => double.NegativeInfinity,
                _ => (wire & Sign) != 0 ? double.NegativeInfinity : double.PositiveInfinity,
            };
        }

        var fraction = wire & Fraction;
        if (fraction == 0)
            return BitConverter.UInt64BitsToDouble(wire);

        // (1 + fraction) * 2^-1023, whose last bit does not fit: round half to even, as the division in unpack754 does.
        var significand = fraction | (1UL << 52);
        var half = significand >> 1;
        half += (significand & 1) & (half & 1);
        return BitConverter.UInt64BitsToDouble((wire & Sign) | half);
    }
}
