import { expect, it } from 'vitest';
import { desktopTransport } from './desktop-transport.ts';

function playedPreload() {
  const sent: string[] = [];
  let listener: ((text: string) => void) | undefined;
  return {
    sent,
    say: (text: string) => listener?.(text),
    api: {
      send: (text: string) => void sent.push(text),
      onText: (next: (text: string) => void) => {
        listener = next;
      },
    },
  };
}

it('opens, carries texts both ways, and none once the window has closed its link', async () => {
  const preload = playedPreload();
  const heard: string[] = [];
  const link = desktopTransport(preload.api).connect({
    onOpen: () => heard.push('open'),
    onText: (text) => heard.push(text),
    onEnd: () => heard.push('ended'),
  });
  await Promise.resolve();
  preload.say('a snapshot');
  link.send('a question');
  link.close();
  preload.say('too late');
  link.send('too late as well');

  expect(heard).toEqual(['open', 'a snapshot']);
  expect(preload.sent).toEqual(['a question']);
});
