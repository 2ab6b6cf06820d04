import { expect, test } from 'vitest';
import { addItems, cartOf, readItems, removeItems } from '../../sdk/src/cart.ts';

const OIL = { item_id: 'oil', price: 12.5, quantity: 2 };
const BOARD = { item_id: 'board', price: 40, quantity: 1 };

test('adding the same item adds its quantity, and takes its newest price', () => {
  expect(addItems([OIL, BOARD], [{ ...OIL, price: 11, quantity: 1 }])).toEqual([
    { item_id: 'oil', price: 11, quantity: 3 },
    BOARD,
  ]);
});

test('removing takes off the quantity; what comes to none is gone, what was not there is ignored', () => {
  const removed = [{ ...OIL, quantity: 1 }, { ...BOARD, quantity: 5 }, { item_id: 'other' }];
  expect(removeItems([OIL, BOARD], removed)).toEqual([{ ...OIL, quantity: 1 }]);
});

test('the value is free of the dust of binary fractions', () => {
  expect(cartOf([{ item_id: 'a', price: 0.1, quantity: 3 }, { item_id: 'b' }], 'EUR').value).toBe(0.3);
});

test.each([
  [
    'texts for numbers',
    { item_id: 7, price: '12.50', quantity: '2' },
    { item_id: '7', price: 12.5, quantity: 2 },
  ],
  ['a name for an id', { item_name: 'Oil' }, { item_id: 'Oil', item_name: 'Oil', price: 0, quantity: 1 }],
  ['nonsense numbers', { item_id: 'a', price: {}, quantity: -3 }, { item_id: 'a', price: 0, quantity: 0 }],
])('reads what shops push: %s', (_, pushed, read) => {
  expect(readItems([pushed])).toEqual([read]);
});

test.each([[undefined], ['oil'], [[null, 'oil', {}, { item_id: {} }]]])('keeps nothing of %j', (items) => {
  expect(readItems(items)).toEqual([]);
});
