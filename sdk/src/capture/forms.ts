import type { PageContext } from '../protocol.ts';
import { closestTo, targetOf } from './elements.ts';
import type { Tools } from './tools.ts';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** One time a form is filled in. */
interface Filling {
  form: HTMLFormElement;
  page: PageContext;
  /** `reached`: a field has had the focus, and no input yet. */
  status: 'reached' | 'started' | 'submitted' | 'abandoned';
  fields: Set<string>;
  lastField: string | undefined;
  /** When it was started, by the clock of `performance.now()`. */
  startedAtMs: number;
}

/** The browser checks a form at once with the click or key that submits it; otherwise a script has only asked. */
const ATTEMPT_MS = 500;
/** A page that checks a form itself has marked the wrong fields by then. */
const MARKING_MS = 500;
const BUTTONS = ['submit', 'button', 'reset', 'image'];

/**
 * `form_start` (the first input), `form_submit`, `form_failed` (fields were found invalid) and `form_abandon`
 * (started and left). Names of fields, never what is in them, save in those that the owner has marked to identify.
 */
export function watchForms({ record, page, identify, listen, on, onRoute }: Tools): void {
  const fillings = new Map<HTMLFormElement, Filling>();
  let attemptAtMs = Number.NEGATIVE_INFINITY;
  let invalidFields = new Set<string>();

  function fillingOf(form: HTMLFormElement): Filling {
    const known = fillings.get(form);
    if (known) return known;
    const filling: Filling = {
      form,
      page: page(),
      status: 'reached',
      fields: new Set(),
      lastField: undefined,
      startedAtMs: performance.now(),
    };
    fillings.set(form, filling);
    return filling;
  }

  function reach(event: Event, isInput: boolean) {
    const field = targetOf(event) as Field | undefined;
    if (!(field?.form instanceof HTMLFormElement) || BUTTONS.includes(field.type)) return;
    const { form } = field;
    if (isInput && fillings.get(form)?.status === 'submitted') fillings.delete(form);
    const filling = fillingOf(form);
    filling.lastField = nameOf(field);
    filling.fields.add(filling.lastField);
    if (!isInput || filling.status !== 'reached') return;
    filling.status = 'started';
    filling.startedAtMs = performance.now();
    record('form_start', identityOf(form));
  }

  function submit(form: HTMLFormElement) {
    const filling = fillingOf(form);
    const traits = markedTraits(form);
    if (Object.keys(traits).length > 0) identify(null, traits);
    record('form_submit', summaryOf(filling));
    filling.status = 'submitted';
    setTimeout(() => {
      const marked = [...form.querySelectorAll<Field>('[aria-invalid=true]')];
      if (filling.status === 'submitted') fail(filling, new Set(marked.map(nameOf)));
    }, MARKING_MS);
  }

  function fail(filling: Filling, invalid: Set<string>) {
    if (invalid.size === 0) return;
    filling.status = 'started';
    record('form_failed', { ...summaryOf(filling), invalidFields: [...invalid] });
  }

  function abandon(filling: Filling) {
    if (filling.status !== 'started') return;
    record('form_abandon', summaryOf(filling), filling.page);
    filling.status = 'abandoned';
  }

  listen('focusin', (event) => reach(event, false));
  // A script that fills in a form is no visitor.
  listen('input', (event) => event.isTrusted && reach(event, true));
  listen('submit', ({ target }) => target instanceof HTMLFormElement && submit(target));

  const attempt = ({ timeStamp }: Event) => {
    attemptAtMs = timeStamp;
  };
  listen('click', (event) => closestTo(event, 'button,input') && attempt(event));
  listen('keydown', (event) => event.key === 'Enter' && attempt(event));
  // Told of one field after the other.
  listen('invalid', ({ target, timeStamp }) => {
    const { form } = target as Field;
    if (!form || timeStamp - attemptAtMs > ATTEMPT_MS) return;
    if (invalidFields.size === 0) {
      setTimeout(() => {
        const fields = invalidFields;
        invalidFields = new Set();
        fail(fillingOf(form), fields);
      });
    }
    invalidFields.add(nameOf(target as Field));
  });

  on('end', () => fillings.forEach(abandon));
  onRoute(() => {
    for (const [form, filling] of fillings) {
      // One that stays, such as the newsletter's in the footer, is not left yet.
      if (form.isConnected) continue;
      abandon(filling);
      fillings.delete(form);
    }
  });
}

/** Not `form.id` and `form.name`: fields of these names would stand in their place. */
function identityOf(form: HTMLFormElement) {
  return {
    formId: form.getAttribute('id') ?? undefined,
    formName: form.getAttribute('name') ?? undefined,
  };
}

function summaryOf({ form, fields, lastField, status, startedAtMs }: Filling) {
  return {
    ...identityOf(form),
    fields: [...fields],
    lastField,
    timeMs: status === 'reached' ? 0 : Math.round(performance.now() - startedAtMs),
  };
}

function nameOf({ name, id, type }: Field): string {
  return name || id || type;
}

/** What is in the fields that carry `data-handrail-identify="email"`, by these names. Never a password. */
function markedTraits(form: HTMLFormElement): Record<string, string> {
  const marked = form.querySelectorAll<Field>(
    '[data-handrail-identify]:not([type=password]):is(:checked,:not([type=checkbox],[type=radio]))',
  );
  const traits: Record<string, string> = {};
  for (const field of marked) {
    const trait = field.dataset.handrailIdentify || nameOf(field);
    if (field.value) traits[trait] = field.value;
  }
  return traits;
}
