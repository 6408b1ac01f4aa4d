import { unknownName } from './validate-options.ts';

/** The name of each option of `T`. */
export type OptionNames<T extends object> = { readonly [Name in keyof Required<T>]: true };

/**
 * Rejects options that do not exist. The values of existing options are not checked.
 *
 * @throws {@link ConfigurationError} that names the nearest known name
 *
 * @example
 * checkKnownOptions<StartProxyOptions>('startProxy', { target, prot: 6380 }, { target: true, port: true });
 * // The option startProxy.prot does not exist. Did you mean port?
 */
export function checkKnownOptions<T extends object>(caller: string, options: T, known: OptionNames<T>): void {
  refuseUnknown(caller, options, Object.keys(known));
}

/** Rejects options whose names are not in `known`. */
export function refuseUnknown(caller: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownName(`${caller}.${name}`, name, known);
  }
}
