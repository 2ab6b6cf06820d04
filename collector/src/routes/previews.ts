/** Drafts on the owner's own page: a token of an hour shows one prompt there, and nothing is recorded. */
import { randomBytes } from 'node:crypto';
import type { JsonObject, Prompt, Theme } from '@handrail/sdk/protocol';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { hashOf } from '../keys.ts';
import { iso } from '../leads/view.ts';
import { Problem } from '../problem.ts';
import { checkDraft } from '../site/check-draft.ts';
import type { PromptDocument } from '../site/schema/prompt.ts';
import type { Site } from '../site/schema.ts';
import { translated } from '../site/translate.ts';
import { acceptedLanguages } from './accept-language.ts';
import type { Env, Services } from './context.ts';
import { answers, problem } from './lists.ts';

const VALID_MS = 3_600_000;
const TOKEN_BYTES = 24;

const createPreviewRoute = createRoute({
  method: 'post',
  path: '/v1/prompts/{id}/preview',
  tags: ['Prompts'],
  security: [{ secretKey: [] }],
  summary: 'A token by which a page shows a prompt, or a draft of it, to whoever has it; for an hour',
  description:
    "Put the answer's `parameter` behind a `?` to the address of a page that has the script. Nothing is recorded, whatever is clicked there. A draft that would be refused in a site is refused here (422), and the path of what is wrong named.",
  request: {
    params: z.object({ id: z.string().max(100) }),
    body: {
      content: {
        'application/json': {
          schema: z.strictObject({
            prompt: z
              .custom<JsonObject>()
              .optional()
              .openapi({ type: 'object', description: 'The draft. [prompt=as the site has it]' }),
          }),
        },
      },
    },
  },
  responses: {
    ...answers(
      z.object({ token: z.string(), expiresAt: z.iso.datetime(), parameter: z.string() }),
      'The token.',
    ),
    422: problem('The draft could not work; `field` is the path of what is wrong.'),
  },
});
const readPreviewRoute = createRoute({
  method: 'get',
  path: '/v1/sites/{writeKey}/preview/{token}',
  tags: ['Prompts'],
  summary: 'The prompt to show by a preview token; read by the SDK',
  request: { params: z.object({ writeKey: z.string().max(300), token: z.string().max(300) }) },
  responses: answers(
    z.object({
      prompt: z.custom<Prompt>().openapi({ type: 'object' }),
      theme: z.custom<Theme>().openapi({ type: 'object' }).optional(),
    }),
    'The prompt, in the language that `Accept-Language` asks for.',
  ),
});

export function previewRoutes(app: OpenAPIHono<Env>, { store, sites, now }: Services): void {
  app.openapi(createPreviewRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { prompt: draft } = c.req.valid('json');
    const { site } = (await sites(c.var.siteId)).site;
    const prompt = draft ? draftOrProblem(site, id, draft) : site.prompts.find((each) => each.id === id);
    if (!prompt) throw new Problem(404, 'not_found', `no prompt ${id}`);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAt = now() + VALID_MS;
    await store.prompts.addPreview(
      c.var.siteId,
      hashOf(token),
      prompt as object as JsonObject,
      expiresAt,
      now(),
    );
    const parameter = `handrail-preview=${id}.${token}`;
    return c.json({ token, expiresAt: iso(expiresAt), parameter }, 200);
  });

  app.openapi(readPreviewRoute, async (c) => {
    const { writeKey, token } = c.req.valid('param');
    const found = await store.sites.findKey(hashOf(writeKey));
    const prompt = found && (await store.prompts.findPreview(found.siteId, hashOf(token), now()));
    if (!found || !prompt) throw new Problem(404, 'not_found', 'token: no such preview, or it is over');
    const { site } = (await sites(found.siteId)).site;
    c.header('Cache-Control', 'no-store');
    const document = prompt as object as PromptDocument;
    const shown = translated(document, site.language, acceptedLanguages(c));
    return c.json({ prompt: shown, ...(site.theme && { theme: site.theme }) }, 200);
  });
}

function draftOrProblem(site: Site, id: string, draft: JsonObject): PromptDocument {
  const checked = checkDraft(site, id, draft);
  if (checked.ok) return checked.prompt;
  const [first] = checked.problems;
  throw new Problem(
    422,
    'invalid_prompt',
    checked.problems.map(({ path, message }) => `${path}: ${message}`).join('; '),
    { field: first?.path ?? 'prompt' },
  );
}
