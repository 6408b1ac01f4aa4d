import type { GuardedRequest, GuardedResponse } from './middleware.ts';
import { passErrorOn, type Next } from './pass-error-on.ts';

type ParamCallback = (
  req: GuardedRequest,
  res: GuardedResponse,
  next: Next,
  value: unknown,
  name: string,
) => unknown;

/** The router of Express 4. `params` has the callbacks that an application has registered with `param`. */
export interface Router4 {
  readonly params?: Readonly<Record<string, ParamCallback[] | undefined>>;
  process_params?: (this: Router4, layer: Layer, ...others: readonly unknown[]) => unknown;
}

interface Layer {
  readonly keys?: readonly { readonly name: string }[];
}

const wrapped = new WeakSet<ParamCallback>();

/** Makes all routers with this prototype pass the rejection of an async `param` callback to the error handlers. */
export function passParamRejectionsOn(prototype: Router4): void {
  const { process_params: original } = prototype;
  if (original === undefined) return;
  prototype.process_params = function (layer, ...others) {
    for (const { name } of layer.keys ?? []) wrapEach(this.params?.[name]);
    return original.call(this, layer, ...others);
  };
}

function wrapEach(callbacks: ParamCallback[] = []): void {
  for (const [index, callback] of callbacks.entries()) {
    if (wrapped.has(callback)) continue;
    const passing: ParamCallback = (req, res, next, value, name) =>
      passErrorOn(next, (once) => callback(req, res, once, value, name));
    wrapped.add(passing);
    callbacks[index] = passing;
  }
}
