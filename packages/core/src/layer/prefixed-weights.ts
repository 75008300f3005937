/** The weights of W under longer names: those of a block inside a block. */
export type WithPrefix<P extends string, W> = { readonly [K in keyof W & string as `${P}${K}`]: W[K] };

/** The weights of W whose names start with P, without it. */
export type WithoutPrefix<P extends string, W> = {
  readonly [K in keyof W as K extends `${P}${infer Name}` ? Name : never]: W[K];
};

const renamed = <T>(values: object, rename: (name: string) => string | undefined): T =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const to = rename(name);
      return to === undefined ? [] : [[to, value] as const];
    }),
  ) as T;

/** `{ weight }` as `{ 'block.weight' }`. */
export function withPrefix<P extends string, W extends object>(prefix: P, values: W): WithPrefix<P, W> {
  return renamed(values, (name) => `${prefix}${name}`);
}

/** Those of `{ 'block.weight', 'other.weight' }` that start with the prefix, as `{ weight }`. */
export function withoutPrefix<P extends string, W extends object>(prefix: P, values: W): WithoutPrefix<P, W> {
  return renamed(values, (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : undefined));
}
