/** Pictures by their first bytes, where those are not read here, and what to do about it. */
const others: readonly {
  readonly name: string;
  readonly is: (head: string, bytes: Uint8Array) => boolean;
}[] = [
  { name: 'HEIC (HEVC)', is: (head) => /^....ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)/s.test(head) },
  { name: 'BMP', is: (head) => head.startsWith('BM') },
  { name: 'JPEG 2000', is: (head) => head.includes('jP  ') || head.startsWith('\xff\x4f\xff\x51') },
  { name: 'JPEG XL', is: (head) => head.includes('JXL ') || head.startsWith('\xff\x0a') },
  { name: 'PPM or PGM (netpbm)', is: (head) => /^P[1-7]\s/.test(head) },
  { name: 'Photoshop', is: (head) => head.startsWith('8BPS') },
  { name: 'OpenEXR', is: (head) => head.startsWith('\x76\x2f\x31\x01') },
  { name: 'Canon raw', is: (head) => /^....ftypcrx /s.test(head) || head.slice(8, 10) === 'CR' },
  { name: 'PDF', is: (head) => head.startsWith('%PDF') },
  { name: 'SVG', is: (head) => /^\s*<(\?xml|svg|!DOCTYPE svg)/i.test(head) },
];

/** The name of a picture format that is known and not read; undefined for all others. */
export function unsupportedImage(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 32));
  return others.find(({ is }) => is(head, bytes))?.name;
}

/** What is read, for messages. */
export const supportedImages = 'PNG, JPEG, TIFF (8 or 16 bit), WebP and AVIF';
