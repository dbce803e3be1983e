import { expect, it } from 'vitest';
import { SwitchedService } from './switched-service.ts';

/** A switched service, with the starts and stops of the services that it made. */
function noted(isOn: boolean) {
  const events: string[] = [];
  let made = 0;
  const service = new SwitchedService<string>((components) => {
    made += 1;
    const name = `${components} ${made}`;
    return {
      start: () => void events.push(`${name} starts`),
      stop: () => void events.push(`${name} stops`),
    };
  }, isOn);
  service.service('mdns');
  return { service, events };
}

it('a service that is on starts and stops with libp2p', async () => {
  const { service, events } = noted(true);
  await service.switch(true);
  expect(events).toEqual([]);
  await service.start();
  await service.stop();
  expect(events).toEqual(['mdns 1 starts', 'mdns 1 stops']);
});

it('a service that is off is not made before it is switched on', async () => {
  const { service, events } = noted(false);
  await service.start();
  expect(events).toEqual([]);
  await service.switch(true);
  expect(events).toEqual(['mdns 1 starts']);
});

it('a service that is switched on again is made anew, and one that is on already is left alone', async () => {
  const { service, events } = noted(true);
  await service.start();
  await service.switch(true);
  await service.switch(false);
  await service.switch(true);
  expect(events).toEqual(['mdns 1 starts', 'mdns 1 stops', 'mdns 2 starts']);
});

it('a service that is switched back and forth ends as it was switched last', async () => {
  const { service, events } = noted(false);
  await service.start();
  void service.switch(true);
  void service.switch(false);
  await service.switch(true);
  await service.stop();
  expect(events.at(-1)).toMatch(/stops$/);
  expect(events.filter((event) => event.endsWith('starts')).length).toBe(
    events.filter((event) => event.endsWith('stops')).length,
  );
});

it('a service that is switched on while libp2p stops stays off', async () => {
  const { service, events } = noted(false);
  await service.start();
  await service.stop();
  await service.switch(true);
  expect(events).toEqual([]);
});
