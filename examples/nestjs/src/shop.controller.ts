import { BadRequestException, Controller, Get, NotFoundException, Param, Post, Query } from '@nestjs/common';
import { RedisState, RequireRedis, UseRedisGuard, type RequestGuard } from '@redis-resilience/nestjs';
import { loadProduct, type Product } from './database.ts';

@Controller()
@UseRedisGuard({ budgetMs: 300 }) // one request waits 300 ms for Redis in all, never longer
export class ShopController {
  @Get()
  shop(@RedisState() { status, degraded, cause }: RequestGuard): object {
    return { shop: 'open', redis: status, degraded, why: cause?.message };
  }

  // Redis is a cache here: without it a page comes from the database, slower but whole.
  @Get('products/:id')
  async product(@RedisState() redis: RequestGuard, @Param('id') id: string): Promise<object> {
    const key = `product:${id}`;
    const cached = await redis.execute((client) => client.get(key), { fallback: () => null });
    const product = cached === null ? await loadProduct(id) : (JSON.parse(cached) as Product);
    if (product === undefined) throw new NotFoundException(`There is no product ${id}.`);
    if (cached === null) {
      redis.client.set(key, JSON.stringify(product), 'EX', 60).catch(() => undefined); // nobody waits for it
    }
    return { ...product, from: cached === null ? 'database' : 'redis' };
  }

  // Carts live in Redis alone: without it the customer is told at once, and when to come back.
  @Post('cart/:user')
  @RequireRedis('write')
  async put(
    @RedisState() redis: RequestGuard,
    @Param('user') user: string,
    @Query('product') product: unknown,
    @Query('quantity') quantity: unknown = '1',
  ): Promise<object> {
    if (typeof product !== 'string' || typeof quantity !== 'string') {
      throw new BadRequestException('Say which product: POST /cart/anna?product=7&quantity=2');
    }
    await redis.client.hset(`cart:${user}`, product, quantity);
    return { product, quantity };
  }

  @Get('cart/:user')
  @RequireRedis('read')
  cart(@RedisState() redis: RequestGuard, @Param('user') user: string): Promise<object> {
    return redis.client.hgetall(`cart:${user}`);
  }
}
