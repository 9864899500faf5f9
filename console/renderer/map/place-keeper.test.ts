import { expect, test } from 'vitest';
import type { NodeStateName } from '../../common/fleet-node.ts';
import { PlaceKeeper } from './place-keeper.ts';
import { ACCRA, KUMASI, nodeAt, TOKYO } from './places.fixture.ts';
import { createPlaceBook } from './places.ts';

test('says after each change what a book made anew would say', () => {
  const keeper = new PlaceKeeper();
  const nodes = new Map(
    [ACCRA, TOKYO, ACCRA, { city: 'accra' }, { region: 'nowhere' }, KUMASI].map((labels, i) => [`n${i}`, nodeAt(`n${i}`, labels)]),
  );
  const says = (): void => expect(keeper.update(nodes.values(), undefined)).toEqual(createPlaceBook(nodes.values(), undefined));
  const becomes = (id: string, labels: Record<string, string>, state: NodeStateName): void => {
    nodes.set(id, nodeAt(id, labels, state));
    says();
  };
  says();
  says();
  becomes('n0', ACCRA, 'silent');
  becomes('n3', { city: 'accra' }, 'late');
  becomes('n4', { region: 'nowhere' }, 'silent');
  becomes('n2', KUMASI, 'live');
  becomes('n6', TOKYO, 'live');
  nodes.delete('n1');
  says();
});

test('keeps the places where only states change', () => {
  const keeper = new PlaceKeeper();
  const first = keeper.update([nodeAt('a', ACCRA), nodeAt('b', TOKYO)], undefined);
  const next = keeper.update([nodeAt('a', ACCRA), nodeAt('b', TOKYO, 'late')], undefined);
  expect(next).not.toBe(first);
  expect(next.places[1]).toBe(first.places[1]);
  expect(next.places[1]?.counts).toMatchObject({ live: 0, late: 1 });
});
