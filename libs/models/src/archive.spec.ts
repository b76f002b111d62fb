import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { readTarGzFile, readZipBytes, readZipFile } from './archive.js';

/** A zip of two members, one stored, one deflated, written by hand from the format's description (APPNOTE 4.3). */
function makeZip(): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content, method] of [
    ['a/stored.txt', 'plain', 0],
    ['b.txt', 'packed '.repeat(50), 8],
  ] as const) {
    const data = method === 8 ? deflateRawSync(Buffer.from(content)) : Buffer.from(content);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(method, 8);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(header, Buffer.from(name), data);
    directory.push(entry, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entries, end]);
}

describe('archives', () => {
  it('reads stored and deflated members from memory and from disk', async () => {
    await using folder = await temporaryDirectory();
    const zip = makeZip();
    await writeFile(join(folder.path, 'x.zip'), zip);
    expect((await readZipBytes(zip, 'a/stored.txt'))?.toString()).toBe('plain');
    expect((await readZipFile(join(folder.path, 'x.zip'), 'b.txt'))?.toString()).toBe('packed '.repeat(50));
    expect(await readZipBytes(zip, 'missing')).toBeNull();
    await expect(readZipBytes(Buffer.from('no zip at all, only text'), 'a')).rejects.toThrow('not a zip archive');
  });

  it('reads a member of a gzipped tar by the end of its path', async () => {
    await using folder = await temporaryDirectory();
    const header = Buffer.alloc(512);
    header.write('package-1.0/data/weights.bin');
    header.write('00000000005', 124);
    const tar = Buffer.concat([header, Buffer.from('bytes'.padEnd(512, '\0')), Buffer.alloc(1024)]);
    await writeFile(join(folder.path, 'x.tar.gz'), gzipSync(tar));
    expect((await readTarGzFile(join(folder.path, 'x.tar.gz'), 'data/weights.bin'))?.toString()).toBe('bytes');
    expect(await readTarGzFile(join(folder.path, 'x.tar.gz'), 'other.bin')).toBeNull();
  });
});
