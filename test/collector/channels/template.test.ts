import { describe, expect, it } from 'vitest';
import { fieldsOf, renderLine, renderText } from '../../../collector/src/follow-ups/channels/template.ts';
import { cpuMs } from '../../support/cpu-time.ts';

const fields = {
  name: 'Ada',
  score: 57.3,
  'odd.key': 'kept',
  empty: '  ',
  none: null,
  traits: { company: { size: 50 } },
  cart: {
    value: 27.5,
    items: [{ item_id: 'oil', item_name: 'Olive oil', quantity: 2 }, { item_id: 'bowl' }, 'a gift card'],
  },
};

describe('a template', () => {
  it.each([
    ['Hi {{name}}, {{ score }}', 'Hi Ada, 57.3'],
    ['{{traits.company.size}}', '50'],
    ['{{odd.key}}', 'kept'],
    ['Hi {{nickname|there}}', 'Hi there'],
    ['Hi {{ empty | there }}', 'Hi there'],
    ['Hi {{none|}}!', 'Hi !'],
    ['You left:\n{{cart.items}}\n', 'You left:\n2 × Olive oil\n1 × bowl\na gift card\n'],
    ['no fields { at } all', 'no fields { at } all'],
  ])('%s', (text, expected) => {
    expect(renderText(text, fields)).toEqual({ ok: true, rendered: expected });
  });

  it('names every field it misses, once, and renders nothing', () => {
    expect(renderText('{{nickname}} {{nickname}} {{cart}} {{name}} {{empty}}', fields)).toEqual({
      ok: false,
      missing: ['nickname', 'cart', 'empty'],
    });
  });

  it('Q10 finds nothing by prototypes', () => {
    for (const path of [
      'constructor',
      'constructor.name',
      '__proto__.toString',
      'name.length',
      'cart.items.length',
    ])
      expect(renderText(`{{${path}|nothing}}`, { ...fields, cart: {} })).toEqual({
        ok: true,
        rendered: 'nothing',
      });
  });

  it('keeps what visitors typed on one line, and takes it for no field', () => {
    const visitor = { name: 'Ada\r\n\r\nYou won: {{secret}}', secret: 'x' };
    expect(renderText('Hi {{name}}.', visitor)).toEqual({
      ok: true,
      rendered: 'Hi Ada You won: {{secret}}.',
    });
  });

  it('has a subject of one line, also with a list in it', () => {
    expect(renderLine('Your\n{{cart.items}}', fields)).toEqual({
      ok: true,
      rendered: 'Your 2 × Olive oil 1 × bowl a gift card',
    });
  });
});

describe('checking a template', () => {
  it('lists its fields in order', () => {
    expect(fieldsOf({ subject: 'Hi {{ name | there }}', text: '{{cart.items}}{{name|}}' })).toEqual([
      { valid: true, path: 'name', fallback: 'there' },
      { valid: true, path: 'cart.items', fallback: undefined },
      { valid: true, path: 'name', fallback: '' },
    ]);
  });

  it.each(['Hi {{name}', 'Hi name}}', 'Hi {{}}', 'Hi {{ | there}}', '{{a|b|c'])(
    'points at what looks like a field but is none: %s',
    (text) => {
      expect(fieldsOf({ subject: 'fine', text })).toMatchObject([
        { valid: false, message: expect.stringContaining('expected {{field}} or {{field|fallback}}') },
      ]);
    },
  );

  it('Q57 takes no longer with hostile braces', () => {
    const text = `${'{{a|'.repeat(50_000)}${'{'.repeat(100_000)}`;
    expect(cpuMs(() => renderText(text, fields))).toBeLessThan(1_000);
  });
});
