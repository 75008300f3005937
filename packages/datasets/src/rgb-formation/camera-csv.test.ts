import { describe, expect, it } from 'vitest';
import { parseCameraCsv, parseCameraList } from './camera-csv.js';

describe('parseCameraCsv', () => {
  it('reads named and unnamed columns, and one camera of many', () => {
    const named = parseCameraCsv('# measured\nWavelength (nm),Blue,Green,Red\n400,3,2,1\n410,6,5,4\n', {
      name: 'a.csv',
    });
    expect(named).toEqual({
      name: 'a.csv',
      wavelengths: [400, 410],
      columns: { r: [1, 4], g: [2, 5], b: [3, 6] },
    });
    const plain = parseCameraCsv('400;1;2;3\r\n410;4;5;6', { name: 'b.csv' });
    expect(plain.columns).toEqual(named.columns);
    const many = 'camera,wavelength_nm,R,G,B\nX,400,1,2,3\nY,400,4,5,6\n';
    expect(parseCameraCsv(many, { name: 'c.csv', camera: 'Y' }).columns.r).toEqual([4]);
    expect(() => parseCameraCsv(many, { name: 'c.csv' })).toThrow(
      'c.csv: the file has 2 cameras (X, Y, ...); name one',
    );
    expect(() => parseCameraCsv(many, { name: 'c.csv', camera: 'Z' })).toThrow(
      "unknown camera 'Z', did you mean 'X'?",
    );
  });

  it.each([
    ['semicolons', '400;0,1;0,25;3\n410;1;2,5;,5'],
    ['tabs', '400\t0,1\t0,25\t3\n410\t1\t2,5\t,5'],
    ['quotes', 'nm,r,g,b\n400,"0,1","0,25","3"\n410,1,"2,5",",5"'],
    ['the line ends of old Macintoshes', 'nm,r,g,b\r400,0.1,0.25,3\r410,1,2.5,.5\r'],
    ['the empty fields of a spreadsheet', '\uFEFFnm,r,g,b,,\r\n400,0.1,0.25,3,,\r\n410,1,2.5,.5,,\r\n'],
  ])('reads %s', (_, text) => {
    const { wavelengths, columns } = parseCameraCsv(text, { name: 'e.csv' });
    expect(wavelengths).toEqual([400, 410]);
    expect(columns).toEqual({ r: [0.1, 1], g: [0.25, 2.5], b: [3, 0.5] });
  });

  it('refuses decimal commas between commas, other columns without names, and a header alone', () => {
    expect(() => parseCameraCsv('400,0,1,0,2,0,3', { name: 'd.csv' })).toThrow(
      "d.csv, line 1: 7 numbers, wanted wavelength, R, G, B; a file with other columns needs a line of their names, and one with decimal commas ';' or tabs between its columns",
    );
    expect(() => parseCameraCsv('nm,r,g,b\n400,0,1,0,2,0,3', { name: 'd.csv' })).toThrow(
      "d.csv, line 2: 7 fields, and 4 in line 1; separate columns by ';' or tabs where numbers have a decimal comma",
    );
    expect(() => parseCameraCsv('nm,r,g,b', { name: 'd.csv' })).toThrow(
      'd.csv: there is no line of numbers below the header',
    );
    expect(() => parseCameraCsv('nm,r,g,b\n400,0x10,1,2', { name: 'd.csv' })).toThrow(
      "d.csv, line 2: '0x10' in column 2 is no number",
    );
  });

  it('names file and line of what is wrong', () => {
    expect(() => parseCameraCsv('400,1,2,x', { name: 'd.csv' })).toThrow(
      'd.csv: no column for the wavelength',
    );
    expect(() => parseCameraCsv('400,1,2,3\n410,1,,3', { name: 'd.csv' })).toThrow(
      "d.csv, line 2: '' in column 3 is no number",
    );
    expect(() => parseCameraCsv('410,1,2,3\n400,1,2,3', { name: 'd.csv' })).toThrow(
      'd.csv, line 2: wavelengths must increase',
    );
    expect(() => parseCameraCsv('\n', { name: 'd.csv' })).toThrow('d.csv: the file is empty');
  });
});

describe('parseCameraList', () => {
  const two = 'camera,nm,r,g,b\nA,400,1,2,3\nA,500,4,5,6\nB,400,7,8,9\nB,500,1,1,1\n';
  it('gives every camera of a file', () => {
    const list = parseCameraList(two, { name: 'two.csv' });
    expect(list.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(list[1]).toEqual(parseCameraCsv(two, { name: 'two.csv', camera: 'B' }));
  });
  it('takes a file without a column of cameras as one', () => {
    const [only, ...others] = parseCameraList('400,1,2,3\n500,4,5,6\n', { name: 'one.csv' });
    expect(only!.columns.g).toEqual([2, 5]);
    expect(others).toEqual([]);
  });
});
