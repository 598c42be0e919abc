#!/usr/bin/env python3
"""Makes the samples of this folder anew; see README.md."""
import gzip
import hashlib
import hmac
import os
import shutil
import struct
import subprocess
import zlib

OUT = os.path.dirname(os.path.abspath(__file__))
# The EICAR test string, in two halves, so that this file is none; blanks behind it make it worth compressing.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
TEXT = EICAR + b" " * 400 + b"\r\n"
PACKED = gzip.compress(TEXT, mtime=0)  # where a container keeps its members as they are, so that the string does not stand in it
WORK = os.path.join(OUT, "work")


def run(*command, data=None):
    return subprocess.run(command, check=True, cwd=WORK, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def keep(name, content):
    with open(os.path.join(OUT, name), "wb") as f:
        f.write(content)


def seven(name, *options, source="eicar.txt"):
    path = os.path.join(OUT, name)
    if os.path.exists(path):
        os.remove(path)
    run("7z", "a", "-bd", "-mtm=off" if name.endswith(".7z") else "-bb0", *options, path, source)


# A zip with one member, its data compressed elsewhere (APPNOTE 4.3.7, 4.3.12, 4.3.16).
def zip_with(name, method, data, version, content=TEXT):
    common = struct.pack("<HHHHIIIHH", 0, method, 0, 0x5C62, zlib.crc32(content), len(data), len(content), 9, 0)
    local = b"PK\3\4" + struct.pack("<H", version) + common + b"eicar.txt"
    central = b"PK\1\2" + struct.pack("<HH", version, version) + common + struct.pack("<HHHII", 0, 0, 0, 0x20, 0) + b"eicar.txt"
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + len(data), 0)
    keep(name, local + data + central + end)


# RAR 5 (rarlab.com/technote.htm): numbers of seven bits a byte, headers with their CRC-32 in front.
def vint(n):
    out = b""
    while True:
        out += bytes([n & 0x7F | (0x80 if n > 0x7F else 0)])
        n >>= 7
        if not n:
            return out


def rar_block(body):
    sized = vint(len(body)) + body
    return struct.pack("<I", zlib.crc32(sized)) + sized


def aes(key, iv, data):
    return run("openssl", "enc", "-aes-256-cbc", "-nopad", "-K", key.hex(), "-iv", iv.hex(), data=data + bytes(-len(data) % 16))


def rar_keys(password, salt, log):
    """Key and check value: PBKDF2 of 2^log rounds, and 32 more for the check."""
    block = hmac.new(password, salt + b"\0\0\0\1", hashlib.sha256).digest()
    total, values = int.from_bytes(block, "big"), []
    for rounds in (2 ** log - 1, 16, 16):
        for _ in range(rounds):
            block = hmac.new(password, block, hashlib.sha256).digest()
            total ^= int.from_bytes(block, "big")
        values.append(total.to_bytes(32, "big"))
    check = bytes(8)
    for i in range(0, 32, 8):
        check = bytes(a ^ b for a, b in zip(check, values[2][i:i + 8]))
    return values[0], check + hashlib.sha256(check).digest()[:4]


def rar5(name, password, hide_names):
    log, salt, iv = 10, bytes(range(16)), bytes(range(16, 32))
    key, check = rar_keys(password, salt, log)
    data = aes(key, iv, TEXT)
    extra = vint(1) + vint(0) + vint(1) + bytes([log]) + salt + iv + check  # encryption: version, flags (check), rounds
    extra = vint(len(extra)) + extra
    file = vint(2) + vint(1 | 2) + vint(len(extra)) + vint(len(data)) + vint(4) + vint(len(TEXT)) + vint(0x20) \
        + struct.pack("<I", zlib.crc32(TEXT)) + vint(0) + vint(1) + vint(9) + b"eicar.txt" + extra
    blocks = [(rar_block(vint(1) + vint(0) + vint(0)), b""), (rar_block(file), data), (rar_block(vint(5) + vint(0) + vint(0)), b"")]
    out = b"Rar!\x1a\7\1\0"
    if hide_names:
        out += rar_block(vint(4) + vint(0) + vint(0) + vint(1) + bytes([log]) + salt + check)
        for i, (head, body) in enumerate(blocks):
            vector = bytes([64 + i] * 16)
            out += vector + aes(key, vector, head) + body
    else:
        out += b"".join(head + body for head, body in blocks)
    keep(name, out)


# LHA: a header of level 0 and the content as it is (-lh0-), which every reader knows.
def lha_crc(data):
    crc = 0
    for b in data:
        crc ^= b
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def lha(name):
    body = b"-lh0-" + struct.pack("<IIHHBB", len(PACKED), len(PACKED), 0, 0x5C62, 0x20, 0) + bytes([8]) + b"eicar.gz" + struct.pack("<H", lha_crc(PACKED))
    keep(name, bytes([len(body), sum(body) & 0xFF]) + body + PACKED + b"\0")


# A fixed VHD: the disk as it is, and a footer. On the disk a FAT12 volume without a partition table, whose one file is packed.
def vhd(name):
    sectors = 64
    boot = bytearray(512)
    boot[0:11] = b"\xeb\x3c\x90MSDOS5.0"
    struct.pack_into("<HBHBHHBHHHI", boot, 11, 512, 1, 1, 1, 16, sectors, 0xF8, 1, 1, 1, 0)
    boot[38:62] = b"\x29" + b"\1\2\3\4" + b"NO NAME    " + b"FAT12   "
    boot[510:] = b"\x55\xaa"
    fat = bytearray(512)
    fat[0:3] = b"\xf8\xff\xff"
    fat[3:5] = b"\xff\x0f"
    directory = bytearray(512)
    directory[0:32] = b"EICAR   GZ \x20" + bytes(14) + struct.pack("<HI", 2, len(PACKED))
    disk = bytes(boot + fat + directory) + PACKED
    disk += bytes(sectors * 512 - len(disk))
    footer = bytearray(512)
    struct.pack_into(">8sIIQI4sI4sQQHBBI", footer, 0, b"conectix", 2, 0x10000, 0xFFFFFFFFFFFFFFFF, 0, b"test", 0x10000, b"Wi2k", len(disk), len(disk), 1, 1, 64, 2)
    struct.pack_into(">I", footer, 64, 0xFFFFFFFF & ~sum(footer))
    keep(name, disk + bytes(footer))


def udf(genisoimage):
    os.makedirs(os.path.join(WORK, "disk"), exist_ok=True)
    shutil.copy(os.path.join(WORK, "eicar.gz"), os.path.join(WORK, "disk", "eicar.gz"))
    with open(os.path.join(WORK, "disk", "readme.txt"), "w") as f:
        f.write("nothing here\n")
    def make(*options):
        run(genisoimage, "-quiet", "-udf", *options, "-o", "image.iso", "disk")
        with open(os.path.join(WORK, "image.iso"), "rb") as f:
            return f.read()
    keep("udf-beside-iso.iso.gz", gzip.compress(make("-hide", "eicar.gz"), mtime=0))  # in ISO 9660's tree only the harmless file, in UDF's both
    pure = bytearray(make())
    at = 0x8000
    while pure[at + 1:at + 6] == b"CD001":  # without ISO 9660's descriptors it is UDF alone
        pure[at:at + 2048] = bytes(2048)
        at += 2048
    tail = bytes(pure[at:at + 3 * 2048])  # BEA01, NSR02, TEA01
    pure[0x8000:0x8000 + len(tail)] = tail
    keep("udf.iso.gz", gzip.compress(bytes(pure), mtime=0))


def main():
    os.makedirs(WORK, exist_ok=True)
    with open(os.path.join(WORK, "eicar.txt"), "wb") as f:
        f.write(TEXT)
    with open(os.path.join(WORK, "eicar.gz"), "wb") as f:
        f.write(PACKED)
    with open(os.path.join(WORK, "program.bin"), "wb") as f:
        f.write(b"MZ" + b"\xe8\0\1\0\0\x55\x8b\xec" * 200 + TEXT)
    for method in ("Deflate", "Deflate64", "BZip2", "LZMA", "PPMd"):
        seven(f"zip-{method.lower()}.zip", "-tzip", f"-mm={method}", "-mtc=off")
    zip_with("zip-xz.zip", 95, run("xz", "-c", data=TEXT), 63)
    seven("zip-stored.zip", "-tzip", "-mm=Copy", "-mtc=off", source="eicar.gz")
    zip_with("zip-zstd.zip", 93, run("zstd", "-c", data=PACKED), 63, PACKED)
    zip_with("zip-mp3.zip", 94, PACKED, 63, PACKED)  # a method that nobody undoes
    seven("zip-aes-infected.zip", "-tzip", "-mem=AES256", "-pinfected")
    seven("zip-aes-unknown.zip", "-tzip", "-mem=AES256", "-pNobodyGuessesThis-7341")
    seven("7z-stored.7z", "-m0=Copy", source="eicar.gz")
    for method in ("LZMA", "LZMA2", "PPMd", "BZip2", "Deflate", "Deflate64"):
        seven(f"7z-{method.lower()}.7z", f"-m0={method}")
    seven("7z-delta.7z", "-m0=Delta:4", "-m1=LZMA2")
    seven("7z-bcj.7z", "-m0=BCJ", "-m1=LZMA", source="program.bin")
    seven("7z-bcj2.7z", "-m0=BCJ2", "-m1=LZMA:d20", "-m2=LZMA:d19", "-m3=LZMA:d19", "-mb0:1", "-mb0s1:2", "-mb0s2:3", source="program.bin")
    seven("7z-arm64.7z", "-m0=ARM64", "-m1=LZMA2", source="program.bin")
    seven("7z-password-infected.7z", "-pinfected")
    seven("7z-header-infected.7z", "-pinfected", "-mhe=on")
    seven("7z-header-unknown.7z", "-pNobodyGuessesThis-7341", "-mhe=on")
    rar5("rar5-infected.rar", b"infected", False)
    rar5("rar5-names-infected.rar", b"infected", True)
    rar5("rar5-unknown.rar", b"NobodyGuessesThis-7341", False)
    rar5("rar5-names-unknown.rar", b"NobodyGuessesThis-7341", True)
    lha("lha-lh0.lzh")
    vhd("fixed.vhd")
    genisoimage = shutil.which("genisoimage") or os.environ.get("GENISOIMAGE")
    jlha = shutil.which("jlha") or os.environ.get("JLHA")
    if genisoimage:
        udf(genisoimage)
    if jlha:
        target = os.path.join(OUT, "lha-lh5.lzh")
        if os.path.exists(target):
            os.remove(target)
        run(*jlha.split(), "c", target, "eicar.txt")
    shutil.rmtree(WORK)


main()
