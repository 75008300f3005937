const cell = (value: unknown): string => {
  const text =
    value === undefined || value === null
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Cells as one line of CSV (RFC 4180, without the line end). */
export const csvLine = (cells: readonly unknown[]): string => cells.map(cell).join(',');

/** Records as CSV; the head names every key that any of them has. */
export function csvOf(records: readonly Readonly<Record<string, unknown>>[]): string {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return `${[csvLine(keys), ...records.map((record) => csvLine(keys.map((key) => record[key])))].join('\n')}\n`;
}
