import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { flush, isRunning, nameOf } from '../sdk/browser.ts';
import { launchChromium } from '../support/chromium.ts';
import { startPageServer, WRITE_KEY } from '../support/page-server.ts';

/** A site's own code, through the bundler of its choice, with the packages as they are published. */
async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('../..', import.meta.url)) },
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
  });
  return (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script');
}

test('by npm: init starts once, and prompts come with @handrail/widgets when one is due', async () => {
  const server = await startPageServer();
  const browser = await launchChromium();
  try {
    const code = await bundle(`
      import { init } from '@handrail/sdk';
      const options = {
        writeKey: '${WRITE_KEY}',
        endpoint: '${server.collectorUrl}/',
        consent: { analytics: 'granted' },
        widgets: () => import('@handrail/widgets'),
      };
      window.handrail = init(options);
      window.isOne = init(options) === window.handrail;`);
    server.pages['/'] = `<script type="module">${code}</script>`;
    server.prompts.prompts = [
      {
        id: 'nps',
        type: 'survey',
        on: { touchpoint: 'trial_ended' },
        questions: [{ id: 'score', type: 'nps', text: 'How likely are you to recommend us?' }],
      },
    ];
    const page = await browser.newPage();
    await page.goto(server.siteUrl);
    await isRunning(page);
    await page.evaluate(() => window.handrail.track('trial_ended'));
    await page.getByRole('dialog').waitFor();
    await flush(page);

    expect(await page.evaluate('isOne')).toBe(true);
    expect(server.accepted().map(nameOf)).toEqual(['page /', 'trial_ended', 'prompt_shown']);
    expect(server.requests.filter(({ path }) => path.endsWith('.js'))).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});
