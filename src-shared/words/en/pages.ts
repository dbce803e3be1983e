/** What the window's server writes itself, in English. Its pages have no styles: the policy allows none inside a page. */

function page(title: string, ...paragraphs: string[]): string {
  const body = paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title} · MindMesh</title></head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;
}

export const accessPage = page(
  'This browser needs a new address',
  'Every address of this window works once, and only for ten minutes until it is opened.',
  'Run <code>mindmesh status</code> on this machine: it prints a new one.',
);

export const notBuiltPage = page(
  'The window is not built yet',
  'MindMesh is running, but the files of its window are missing.',
  'Run <code>npm run build</code> in the folder of MindMesh, then start it again. Until then, ' +
    '<code>mindmesh chat</code> and <code>mindmesh status</code> do the same in a terminal.',
);

export const notFoundPage = page(
  'There is nothing here',
  'Go to the <a href="/">start of the window</a>.',
);

/** Answers without a page, and reasons for which a WebSocket is closed: at most 123 bytes each. */
export const serverWords = {
  notAllowed: 'Not allowed.\n',
  otherName: 'This server answers to its address on this machine alone.\n',
  badRequest: 'That request cannot be answered.\n',
  tooManyWindows: 'Too many windows are open.',
  stopping: 'MindMesh is stopping.',
};
