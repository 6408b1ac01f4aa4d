import { EventHub, type ListenerError } from '@redis-resilience/core/kit';
import { describe, expect, it } from 'vitest';

interface Events {
  readonly saved: { readonly count: number };
  readonly 'listener-error': ListenerError;
}

describe('an event hub', () => {
  it('gives a payload to each listener, until the listener is removed', () => {
    const hub = new EventHub<Events>();
    const seen: string[] = [];
    const stopFirst = hub.on('saved', ({ count }) => seen.push(`first ${count}`));
    hub.on('saved', ({ count }) => seen.push(`second ${count}`));
    hub.emit('saved', { count: 1 });
    stopFirst();
    hub.emit('saved', { count: 2 });
    expect(seen).toEqual(['first 1', 'second 1', 'second 2']);
  });

  it('keeps one function that listens twice apart', () => {
    const hub = new EventHub<Events>();
    let calls = 0;
    const listener = () => void calls++;
    const stop = hub.on('saved', listener);
    hub.on('saved', listener);
    stop();
    hub.emit('saved', { count: 1 });
    expect(calls).toBe(1);
  });

  it('reports what a listener throws, and goes on with the others', () => {
    const hub = new EventHub<Events>();
    const failure = new Error('a bug');
    const reports: ListenerError[] = [];
    const seen: number[] = [];
    hub.on('listener-error', (report) => reports.push(report));
    hub.on('saved', () => {
      throw failure;
    });
    hub.on('saved', ({ count }) => seen.push(count));
    hub.emit('saved', { count: 7 });
    expect(reports).toEqual([{ event: 'saved', error: failure }]);
    expect(seen).toEqual([7]);
  });

  it('reports with what the promise of a listener is rejected, as a throw', async () => {
    const hub = new EventHub<Events>();
    const failure = new Error('a bug');
    const reports: ListenerError[] = [];
    const rejected = (reason: Error): void => Promise.reject(reason) as unknown as void;
    hub.on('listener-error', (report) => {
      reports.push(report);
      return rejected(new Error('again'));
    });
    hub.on('saved', () => rejected(failure));
    hub.on('saved', () => Promise.resolve() as unknown as void);
    hub.emit('saved', { count: 7 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(reports).toEqual([{ event: 'saved', error: failure }]);
  });

  it('does not report what a listener for reports throws', () => {
    const hub = new EventHub<Events>();
    let reports = 0;
    hub.on('listener-error', () => {
      reports++;
      throw new Error('again');
    });
    hub.on('saved', () => {
      throw new Error('a bug');
    });
    hub.emit('saved', { count: 1 });
    expect(reports).toBe(1);
  });

  it('lets a listener remove itself and add others while it is called', () => {
    const hub = new EventHub<Events>();
    const seen: string[] = [];
    const stop = hub.on('saved', () => {
      stop();
      hub.on('saved', () => seen.push('added'));
      seen.push('first');
    });
    hub.emit('saved', { count: 1 });
    expect(seen).toEqual(['first']);
    hub.emit('saved', { count: 2 });
    expect(seen).toEqual(['first', 'added']);
  });

  it('knows whether anybody listens', () => {
    const hub = new EventHub<Events>();
    expect(hub.hasListeners('saved')).toBe(false);
    const stop = hub.on('saved', () => undefined);
    expect(hub.hasListeners('saved')).toBe(true);
    stop();
    expect(hub.hasListeners('saved')).toBe(false);
    hub.on('saved', () => undefined);
    hub.clear();
    expect(hub.hasListeners('saved')).toBe(false);
  });
});
