import type { OneSequence, SequencePreview } from '../preview/sequence-counts.ts';
import { table } from './preview-text.ts';

/** A preview of sequences for a terminal. */
export function sequencePreviewLines(report: SequencePreview): string[] {
  const { leads, touchpoints, cutShort, days, sent, byChannel, byDay, perPerson, sequences, assumptions } =
    report;
  const most = byDay.reduce((top, day) => (day.messages > top.messages ? day : top), {
    date: '',
    messages: 0,
  });
  const channels = byChannel.map(({ channel, messages }) => `${messages} ${channel}`).join(', ');
  return [
    `${leads} leads, ${touchpoints} touchpoints; the last ${days} days`,
    `${sent} messages${channels && `: ${channels}`}`,
    ...(most.messages > 0 ? [`most on ${most.date}: ${most.messages}`] : []),
    `${perPerson.leads} people get any: half of them at most ${perPerson.p50}, nine in ten at most ${perPerson.p90}, nobody more than ${perPerson.max}`,
    ...(cutShort > 0
      ? [`for ${cutShort} leads the sequences come to no end: do they start each other? The rest is left out`]
      : []),
    ...sequences.flatMap(sequenceLines),
    '',
    'This takes for granted:',
    ...assumptions.map((each) => `- ${each}`),
  ];
}

function sequenceLines({ id, paused, started, heldOut, goalsMet, underWay, steps }: OneSequence): string[] {
  const counts = `${started} runs, ${heldOut} held out, ${goalsMet} met the goal, ${underWay} under way`;
  const rows = table([
    ['  step', 'by', 'sent'],
    ...steps.map((step) => [
      `  ${step.id}`,
      step.channel ?? step.kind,
      step.channel ? String(step.sent) : '-',
    ]),
  ]);
  const details = ['stopped, or done', ...steps.map(detailOf)];
  return [
    '',
    `${id}: ${paused ? 'paused' : counts}`,
    ...rows.map((row, index) => `${row}  ${details[index] ?? ''}`.trimEnd()),
  ];
}

function detailOf({ stopped, outcomes }: OneSequence['steps'][number]): string {
  return [
    ...stopped.map(({ reason, messages }) => `${messages} ${reason}`),
    ...outcomes.map(
      ({ outcome, detail, runs }) => `${runs} ${outcome}${detail === null ? '' : ` ${detail}`}`,
    ),
  ].join(', ');
}
