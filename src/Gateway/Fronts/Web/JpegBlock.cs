using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// The cosine transform of a block of 8 × 8 samples and its quantization, a row in a vector: after Arai, Agui and Nakajima, whose scale
/// factors go into the quantizers. The result is transposed, which its tables take into account.
/// </summary>
internal static class JpegBlock
{
    private const float Sqrt2Half = 0.707106781f, C6 = 0.382683433f, C2MinusC6 = 0.541196100f, C2PlusC6 = 1.306562965f;

    /// <summary>Scale factors of the transform by row and by column.</summary>
    public static ReadOnlySpan<float> Scales => [1f, 1.387039845f, 1.306562965f, 1.175875602f, 1f, 0.785694958f, 0.541196100f, 0.275899379f];

    /// <summary>Transforms and quantizes.</summary>
    /// <param name="samples">64 samples around 0, with <paramref name="stride"/> from one row to the next.</param>
    /// <param name="stride">See <paramref name="samples"/>.</param>
    /// <param name="factors">64 reciprocal quantizers, transposed.</param>
    /// <param name="coefficients">Gets 64 coefficients, transposed.</param>
    /// <returns>A bit for each coefficient that is not 0.</returns>
    public static ulong Transform(ReadOnlySpan<float> samples, int stride, ReadOnlySpan<float> factors, Span<int> coefficients)
    {
        var r0 = Load(samples, 0);
        var r1 = Load(samples, stride);
        var r2 = Load(samples, 2 * stride);
        var r3 = Load(samples, 3 * stride);
        var r4 = Load(samples, 4 * stride);
        var r5 = Load(samples, 5 * stride);
        var r6 = Load(samples, 6 * stride);
        var r7 = Load(samples, 7 * stride);
        Columns(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Columns(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        return Quantize(r0, factors, coefficients, 0) | Quantize(r1, factors, coefficients, 1) | Quantize(r2, factors, coefficients, 2)
            | Quantize(r3, factors, coefficients, 3) | Quantize(r4, factors, coefficients, 4) | Quantize(r5, factors, coefficients, 5)
            | Quantize(r6, factors, coefficients, 6) | Quantize(r7, factors, coefficients, 7);
    }

    private static Vector256<float> Load(ReadOnlySpan<float> samples, int at) => Vector256.Create(samples.Slice(at, 8));

    private static ulong Quantize(Vector256<float> row, ReadOnlySpan<float> factors, Span<int> coefficients, int number)
    {
        var rounded = Vector256.ConvertToInt32(Vector256.Round(row * Load(factors, number * 8)));
        rounded.CopyTo(coefficients[(number * 8)..]);
        ulong zeros = Vector256.Equals(rounded, Vector256<int>.Zero).ExtractMostSignificantBits();
        return (zeros ^ 0xFF) << (number * 8);
    }

    private static void Columns(
        ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3,
        ref Vector256<float> r4, ref Vector256<float> r5, ref Vector256<float> r6, ref Vector256<float> r7)
    {
        var (s0, d0) = (r0 + r7, r0 - r7);
        var (s1, d1) = (r1 + r6, r1 - r6);
        var (s2, d2) = (r2 + r5, r2 - r5);
        var (s3, d3) = (r3 + r4, r3 - r4);

        var (even0, even3) = (s0 + s3, s0 - s3);
        var (even1, even2) = (s1 + s2, s1 - s2);
        r0 = even0 + even1;
        r4 = even0 - even1;
        var turned = (even2 + even3) * Sqrt2Half;
        r2 = even3 + turned;
        r6 = even3 - turned;

        var odd0 = d3 + d2;
        var odd1 = d2 + d1;
        var odd2 = d1 + d0;
        var z5 = (odd0 - odd2) * C6;
        var z2 = (odd0 * C2MinusC6) + z5;
        var z4 = (odd2 * C2PlusC6) + z5;
        var z3 = odd1 * Sqrt2Half;
        var z11 = d0 + z3;
        var z13 = d0 - z3;
        r5 = z13 + z2;
        r3 = z13 - z2;
        r1 = z11 + z4;
        r7 = z11 - z4;
    }

    private static void Transpose(
        ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3,
        ref Vector256<float> r4, ref Vector256<float> r5, ref Vector256<float> r6, ref Vector256<float> r7)
    {
        if (!Avx.IsSupported)
        {
            Span<Vector256<float>> rows = [r0, r1, r2, r3, r4, r5, r6, r7];
            var flat = MemoryMarshal.Cast<Vector256<float>, float>(rows);
            for (int y = 0; y < 8; y++)
            {
                for (int x = y + 1; x < 8; x++)
                {
                    (flat[(y * 8) + x], flat[(x * 8) + y]) = (flat[(x * 8) + y], flat[(y * 8) + x]);
                }
            }

            (r0, r1, r2, r3, r4, r5, r6, r7) = (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5], rows[6], rows[7]);
            return;
        }

        var (a0, a1) = (Avx.UnpackLow(r0, r1), Avx.UnpackHigh(r0, r1));
        var (a2, a3) = (Avx.UnpackLow(r2, r3), Avx.UnpackHigh(r2, r3));
        var (a4, a5) = (Avx.UnpackLow(r4, r5), Avx.UnpackHigh(r4, r5));
        var (a6, a7) = (Avx.UnpackLow(r6, r7), Avx.UnpackHigh(r6, r7));
        var (b0, b1) = (Avx.Shuffle(a0, a2, 0x44), Avx.Shuffle(a0, a2, 0xEE));
        var (b2, b3) = (Avx.Shuffle(a1, a3, 0x44), Avx.Shuffle(a1, a3, 0xEE));
        var (b4, b5) = (Avx.Shuffle(a4, a6, 0x44), Avx.Shuffle(a4, a6, 0xEE));
        var (b6, b7) = (Avx.Shuffle(a5, a7, 0x44), Avx.Shuffle(a5, a7, 0xEE));
        (r0, r4) = (Avx.Permute2x128(b0, b4, 0x20), Avx.Permute2x128(b0, b4, 0x31));
        (r1, r5) = (Avx.Permute2x128(b1, b5, 0x20), Avx.Permute2x128(b1, b5, 0x31));
        (r2, r6) = (Avx.Permute2x128(b2, b6, 0x20), Avx.Permute2x128(b2, b6, 0x31));
        (r3, r7) = (Avx.Permute2x128(b3, b7, 0x20), Avx.Permute2x128(b3, b7, 0x31));
    }
}
