#!/usr/bin/env node
// Checked before anything native is loaded: better-sqlite3 crashes older versions without a word.
const major = Number(process.versions.node.split('.')[0]);
if (major < 22) {
  console.error(`handrail: Node ${process.versions.node} is too old: install Node 22 or later`);
  process.exit(1);
}
const { run } = await import('../dist/cli.js');
await run(process.argv);
