import { Logger } from '@nestjs/common';

/** Logs, once for each class, that responses with an instance of the class are not cached, and why. */
export class InstanceNotice {
  readonly #logger = new Logger('RedisCacheInterceptor');
  readonly #told = new Set<string>();

  tell(className: string): void {
    if (this.#told.has(className)) return;
    this.#told.add(className);
    this.#logger.warn(
      `Responses with an instance of ${className} are not cached: they would come from the cache as plain objects, ` +
        'with every field. Return plain objects; or list ClassSerializerInterceptor after RedisCacheInterceptor.',
    );
  }
}
