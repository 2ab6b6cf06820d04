/** Commands that speak to a running collector, by its owner API. */
import { type Command, Option } from 'commander';
import { CommandError } from './command.ts';

export interface ClientOptions {
  url: string;
  key?: string;
}

/** Adds `--url` and `--key`. */
export function withClientOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'the collector').env('HANDRAIL_URL').default('http://localhost:8787'),
    )
    .addOption(new Option('--key <key>', 'its secret key, sk_…').env('HANDRAIL_SECRET_KEY'));
}

export interface Client {
  /** @throws CommandError with what the collector says is wrong, or that it cannot be reached */
  request<Answer>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
}

/** @param troubleExitCode for when there is no answer at all, or a refusal. [troubleExitCode=1] */
export function createClient({ url, key }: ClientOptions, troubleExitCode = 1): Client {
  if (!key) throw new CommandError('needs the secret key: --key, or HANDRAIL_SECRET_KEY', troubleExitCode);
  return {
    async request<Answer>(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
    ) {
      const response = await fetch(new URL(path, url), {
        method,
        headers: { authorization: `Bearer ${key}`, ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }).catch((error: Error & { cause?: Error }) => {
        const reason = error.cause?.message ?? error.message;
        throw new CommandError(`no answer from ${url}: ${reason}`, troubleExitCode);
      });
      const answer: unknown = await response.json().catch(() => null);
      if (!response.ok) throw new CommandError(problemText(response.status, answer), troubleExitCode);
      return answer as Answer;
    },
  };
}

interface ProblemAnswer {
  detail?: string;
  errors?: { path: string; message: string }[];
}

function problemText(status: number, answer: unknown): string {
  const { detail, errors = [] } = (answer ?? {}) as ProblemAnswer;
  if (errors.length === 0) return `the collector answers ${status}: ${detail ?? 'without a reason'}`;
  const lines = errors.map(({ path, message }) => `  ${path || 'the document'}: ${message}`);
  return `the collector answers ${status}:\n${lines.join('\n')}`;
}
