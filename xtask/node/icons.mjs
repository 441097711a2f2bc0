// The icons of the installed page: its mark, two bars, as PNG files. Rectangles need no library.

import { crc32, deflateSync } from "node:zlib";

const paper = [0x14, 0x16, 0x1b];
/** The bars of the mark on a canvas of 24 by 24, and their colours: those of the page at night. */
const bars = [
  { x: 4.5, y: 2, width: 6, height: 20, colour: [0xec, 0xeb, 0xe6] },
  { x: 13.5, y: 9, width: 6, height: 13, colour: [0xa2, 0x9b, 0xff] },
];

/** The mark in a square of `size` pixels; `scale` leaves room for what a system cuts off ("maskable"). */
export function icon(size, scale = 0.82) {
  const unit = (size * scale) / 24;
  const origin = (size * (1 - scale)) / 2;
  const edges = bars.map(({ x, y, width, height, colour }) => ({
    colour,
    left: Math.round(origin + x * unit),
    right: Math.round(origin + (x + width) * unit),
    top: Math.round(origin + y * unit),
    bottom: Math.round(origin + (y + height) * unit),
  }));
  // Each row begins with the number of its filter: none.
  const rows = Buffer.alloc(size * (1 + 3 * size));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const bar = edges.find(({ left, right, top, bottom }) => x >= left && x < right && y >= top && y < bottom);
      rows.set(bar?.colour ?? paper, y * (1 + 3 * size) + 1 + 3 * x);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // Eight bits a channel, three channels.
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const length = Buffer.alloc(4);
  const sum = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
