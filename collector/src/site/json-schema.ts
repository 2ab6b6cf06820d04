import { z } from 'zod';
import { siteSchema } from './schema.ts';

/** JSON Schema of a site's configuration, for editors: served, and a file in the package. */
export const siteJsonSchema = (): object =>
  z.toJSONSchema(siteSchema, { io: 'input', unrepresentable: 'any' });
