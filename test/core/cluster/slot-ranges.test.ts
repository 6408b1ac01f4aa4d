import { expect, it } from 'vitest';
import { slotRangesOf } from '../../../packages/core/src/cluster/slots/slot-ranges.ts';

it('ranges are read with all their nodes, the primary first', () => {
  const reply = [
    [0, 8_191, ['10.0.0.1', 6_379, 'id', []], ['10.0.0.2', 6_379, 'id', []]],
    ['8192', '16383', ['db.example', '6380', 'id', ['ip', '10.0.0.3']]],
  ];
  expect(slotRangesOf(reply, '10.0.0.9')).toEqual([
    {
      first: 0,
      last: 8_191,
      nodes: [
        { host: '10.0.0.1', port: 6_379 },
        { host: '10.0.0.2', port: 6_379 },
      ],
    },
    { first: 8_192, last: 16_383, nodes: [{ host: 'db.example', port: 6_380 }] },
  ]);
});

it('a node without a host is at the host that was asked', () => {
  const [range] = slotRangesOf([[0, 1, [null, 6_379], ['', 6_380]]], '10.0.0.9');
  expect(range?.nodes).toEqual([
    { host: '10.0.0.9', port: 6_379 },
    { host: '10.0.0.9', port: 6_380 },
  ]);
});

it.each([
  ['no list', 'OK'],
  ['null', null],
  ['a range that is no list', [7]],
  ['a slot beyond the last', [[0, 16_384, ['h', 1]]]],
  ['a huge range', [[0, 4_294_967_296, ['h', 1]]]],
  ['a negative slot', [[-1, 5, ['h', 1]]]],
  ['a slot that is null', [[0, null, ['h', 1]]]],
  ['a range that ends before it begins', [[5, 4, ['h', 1]]]],
  ['a node that is no list', [[0, 1, 'h']]],
  ['a port that is none', [[0, 1, ['h', 0]]]],
  ['a port too high', [[0, 1, ['h', 65_536]]]],
  ['more ranges than slots', Array.from({ length: 16_385 }, () => [0, 0, ['h', 1]])],
  ['all slots again and again', Array.from({ length: 5 }, () => [0, 16_383, ['h', 1]])],
  ['more nodes than there are', [[0, 1, ...Array.from({ length: 1_001 }, () => ['h', 1])]]],
])('%s is refused', (_name, reply) => {
  expect(() => slotRangesOf(reply, 'h')).toThrow(expect.objectContaining({ name: 'ProtocolError' }));
});
