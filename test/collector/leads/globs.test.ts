import { expect, test } from 'vitest';
import { matchesGlob } from '../../../sdk/src/condition.ts';
import { START, startCollector } from '../../support/collector.ts';
import { senderOf } from './messages.ts';

/** What would take a regular expression of the same meaning longer than the universe has. */
const HOSTILE = `/${'*a'.repeat(40)}*b`;

test('Q57 a hostile glob on a hostile text is answered in time that grows with the text, not faster', () => {
  const timeOf = (length: number, rounds: number) => {
    const text = `/${'a'.repeat(length)}`;
    const start = process.threadCpuUsage();
    for (let round = 0; round < rounds; round++) expect(matchesGlob(HOSTILE, text)).toBe(false);
    const { user, system } = process.threadCpuUsage(start);
    return user + system;
  };
  timeOf(2_000, 1_000);
  // Of ten times the text, a tenth as often: as long; quadratic would be ten times. The processor's clock goes by ticks of some milliseconds.
  const [short, long] = [timeOf(2_000, 10_000), timeOf(20_000, 1_000)];
  expect(long).toBeLessThan(4 * short);
  expect(short).toBeGreaterThan(0);
});

test('Q57 Q37 hundreds of hostile rules do not hold up a batch of hostile page views', async () => {
  const rules = Array.from({ length: 500 }, (_, index) => ({
    id: `rule-${index}`,
    when: { touchpoint: 'page_view', where: { path: `${HOSTILE}${index}` } },
    points: 1,
  }));
  const collector = await startCollector({ site: { name: 'Test', scoring: { rules } } });
  const ada = senderOf(collector);
  const start = process.threadCpuUsage();
  await collector.ingest(
    ...Array.from({ length: 100 }, (_, index) => ada.view(`/${'a'.repeat(1_900)}${index}`, START)),
  );
  const { user, system } = process.threadCpuUsage(start);
  expect((user + system) / 1_000).toBeLessThan(3_000);
  expect((await collector.owner('/v1/leads')).data[0]).toMatchObject({ score: 0, touchpointCount: 100 });
  await collector.close();
});
