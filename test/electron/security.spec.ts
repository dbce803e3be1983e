/** Electron's security checklist: each test tries what must not be possible. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { DesktopApp } from '../support/window/desktop-app.ts';
import { eventuallyTrue } from '../support/host/host-processes.ts';
import { expect, test } from './desktop-test.ts';

let desktop: DesktopApp;
let page: Page;
/** A page outside of the app, which the window must never load. */
const elsewhere = createServer((request, response) => {
  visitors.push(request.url ?? '');
  response.end('elsewhere');
});
const visitors: string[] = [];
let elsewhereAddress = '';

test.beforeAll(async ({ electron }) => {
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  elsewhereAddress = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
  desktop = await DesktopApp.start(electron, '--tray');
  await desktop.agree();
  page = await desktop.page();
  await desktop.app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { openedOutside: opened });
    shell.openExternal = (url) => {
      opened.push(url);
      return Promise.resolve();
    };
  });
});

test.afterEach(() => {
  expect(visitors).toEqual([]);
});

test.afterAll(async () => {
  elsewhere.close();
  await desktop?.dispose();
});

/** The window still shows its page, alone, and the page still talks to the host. */
async function expectUnharmed(): Promise<void> {
  const windows = await desktop.app.evaluate(
    ({ webContents }) => webContents.getAllWebContents().length,
  );
  expect(windows).toBe(1);
  // Playwright's own waiting does not end after a navigation that was refused.
  await eventuallyTrue('the page is there', () =>
    page
      .evaluate(() => {
        location.hash = '#/chat';
        return document.querySelector('textarea') !== null;
      })
      // The page has just gone, and the next one is not there yet.
      .catch(() => false),
  );
  expect(page.url()).toMatch(/^app:\/\/mindmesh\/index\.html/);
}

test('the page has nothing of Node.js or Electron but the few functions of the contract', async () => {
  const found = await page.evaluate(() => ({
    globals: ['require', 'module', 'process', 'Buffer', 'global', '__dirname', 'electron'].filter(
      (name) => name in globalThis,
    ),
    offered: Object.keys((globalThis as unknown as { mindmesh: object }).mindmesh).toSorted(),
    isFrozen: Object.isFrozen((globalThis as unknown as { mindmesh: object }).mindmesh),
  }));
  expect(found).toEqual({
    globals: [],
    offered: [
      'chooseModelFile',
      'installUpdate',
      'onShell',
      'onText',
      'openLogs',
      'platform',
      'send',
    ],
    isFrozen: true,
  });
});

test('the preload script is sandboxed, and its world is not the page’s', async () => {
  const preferences = await desktop.app.evaluate(({ webContents }) =>
    // Not in Electron's types.
    (
      webContents.getAllWebContents() as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      }[]
    ).map((contents) => contents.getLastWebPreferences()),
  );
  expect(preferences).toMatchObject([
    {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    },
  ]);
});

test('an installed app has no developer tools', async () => {
  const isOpen = await desktop.app.evaluate(({ webContents }) => {
    const [contents] = webContents.getAllWebContents();
    contents?.openDevTools({ mode: 'detach' });
    return contents?.isDevToolsOpened();
  });
  expect(isOpen).toBe(false);
});

for (const address of [
  'http://elsewhere/',
  'https://example.org/',
  'file:///etc/passwd',
  'data:text/html,<h1>elsewhere</h1>',
  'app://elsewhere/index.html',
]) {
  test(`the window does not go to ${address}`, async () => {
    await page.evaluate(
      (address) => {
        location.href = address;
        const link = document.createElement('a');
        link.href = address;
        document.body.append(link);
        link.click();
        link.remove();
      },
      address.replace('http://elsewhere/', elsewhereAddress),
    );
    await expectUnharmed();
  });
}

test('a page that went nowhere comes back', async () => {
  const visited = await desktop.app.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    const visited: string[] = [];
    contents?.on('did-navigate', (_event, address) => visited.push(address));
    const isBack = new Promise<void>((resolve) => {
      contents?.on('did-finish-load', () => visited.length > 1 && resolve());
    });
    void contents?.executeJavaScript('location.href = "about:blank"', true);
    await isBack;
    return visited;
  });
  expect(visited).toEqual(['about:blank', expect.stringMatching(/^app:\/\/mindmesh\//)]);
  await expectUnharmed();
});

test('no page opens a window, and only a secure web page goes to the browser', async () => {
  const opened = await page.evaluate(() =>
    [
      'https://example.org/page',
      'http://example.org/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'app://mindmesh/index.html',
      'smb://example.org/share',
      'about:blank',
    ].map((address) => open(address)),
  );
  expect(opened.every((window) => window === null)).toBe(true);
  const outside = await desktop.app.evaluate(
    () => (globalThis as unknown as { openedOutside: string[] }).openedOutside,
  );
  expect(outside).toEqual(['https://example.org/page']);
  await expectUnharmed();
});

test('permissions are denied', async () => {
  const answers = await page.evaluate(async () => {
    const states = await Promise.all(
      ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read', 'midi'].map(
        async (name) => (await navigator.permissions.query({ name: name as PermissionName })).state,
      ),
    );
    const location = await new Promise<number>((resolve) => {
      navigator.geolocation.getCurrentPosition(
        () => resolve(0),
        ({ code }) => resolve(code),
      );
    });
    const camera = await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'given',
      () => 'denied',
    );
    return { states: [...new Set(states)], location, camera, notice: Notification.permission };
  });
  expect(answers).toEqual({ states: ['denied'], location: 1, camera: 'denied', notice: 'denied' });
});

test('inline scripts, handlers and eval do not run', async () => {
  const ran = await page.evaluate(async () => {
    const ran: string[] = [];
    Object.assign(globalThis, { ran });
    const script = document.createElement('script');
    script.textContent = 'ran.push("script")';
    const handler = document.createElement('button');
    handler.setAttribute('onclick', 'ran.push("handler")');
    document.body.append(script, handler);
    handler.click();
    script.remove();
    handler.remove();
    // Code that a debugger evaluates may call eval; code that runs later is the page's own.
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        for (const run of [
          // oxlint-disable-next-line no-eval -- That it cannot run is what is tested.
          () => (0, eval)('ran.push("eval")'),
          // oxlint-disable-next-line typescript/no-implied-eval -- The same.
          () => new Function('ran.push("function")')(),
        ]) {
          try {
            run();
          } catch (error) {
            ran.push((error as Error).name);
          }
        }
        resolve();
      });
    });
    return ran;
  });
  expect(ran).toEqual(['EvalError', 'EvalError']);
});

test('the page reaches no other place, and no file', async () => {
  const reached = await page.evaluate(async (elsewhere) => {
    const addresses = [elsewhere, 'file:///etc/passwd', 'app://mindmesh/index.html'];
    const fetched = await Promise.all(
      addresses.map((address) =>
        fetch(address).then(
          () => address,
          () => 'refused',
        ),
      ),
    );
    const loaded = [new Image(), document.createElement('script')].map(
      (element) =>
        new Promise<string>((resolve) => {
          element.addEventListener('load', () => resolve('loaded'));
          element.addEventListener('error', () => resolve('refused'));
          element.src = elsewhere;
          document.body.append(element);
        }),
    );
    const socket = await new Promise<string>((resolve) => {
      try {
        const socket = new WebSocket(elsewhere.replace('http', 'ws'));
        socket.addEventListener('error', () => resolve('refused'));
        socket.addEventListener('open', () => resolve('open'));
      } catch {
        resolve('refused');
      }
    });
    return [...fetched, ...(await Promise.all(loaded)), socket];
  }, elsewhereAddress);
  expect(new Set(reached)).toEqual(new Set(['refused']));
});

test('even without the page’s policy, its session loads nothing from elsewhere', async () => {
  const answers = await desktop.app.evaluate(
    ({ session }, elsewhere) =>
      Promise.all(
        [elsewhere, 'https://example.org/', 'file:///etc/passwd'].map((address) =>
          session.defaultSession.fetch(address).then(
            ({ status }) => status,
            (error: Error) => error.message,
          ),
        ),
      ),
    elsewhereAddress,
  );
  expect(answers).toEqual(['net::ERR_BLOCKED_BY_CLIENT', 'net::ERR_BLOCKED_BY_CLIENT', 404]);
});

test('app:// serves the built window and nothing else', async () => {
  const answers = await desktop.app.evaluate(async ({ session }) => {
    const ask = async (path: string, method = 'GET') => {
      const answer = await session.defaultSession.fetch(`app://mindmesh/${path}`, { method });
      return { status: answer.status, policy: answer.headers.get('content-security-policy') ?? '' };
    };
    return {
      page: await ask('index.html'),
      others: await Promise.all([
        ask('..%2f..%2fpackage.json'),
        ask('%2e%2e/%2e%2e/package.json'),
        ask('assets/'),
        ask('missing.js'),
        ask('index.html', 'POST'),
      ]),
    };
  });
  expect(answers.page.status).toBe(200);
  expect(answers.page.policy).toContain("default-src 'none'");
  expect(answers.others.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});

test('embedded pages and frames stay empty', async () => {
  await page.evaluate(async (elsewhere) => {
    const webview = document.createElement('webview');
    webview.setAttribute('src', elsewhere);
    const frame = document.createElement('iframe');
    frame.src = elsewhere;
    // A refused frame also reports that it has loaded.
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(webview, frame);
    await loaded;
    webview.remove();
    frame.remove();
  }, elsewhereAddress);
  await expectUnharmed();
});

test('messages that are no messages change nothing', async () => {
  await page.evaluate(() => {
    const { mindmesh } = globalThis as unknown as { mindmesh: { send(text: unknown): void } };
    for (const garbage of [
      undefined,
      null,
      7,
      {},
      [],
      '',
      '{',
      '{"id":-1}',
      '{"id":1e99,"method":"stop"}',
      '{"id":77,"method":"constructor","params":{}}',
      '{"id":78,"method":"chat","params":{"model":7}}',
      'x'.repeat(5 * 1024 * 1024),
    ]) {
      mindmesh.send(garbage);
    }
  });
  await expectUnharmed();
  expect(await desktop.snapshot()).toMatchObject({ state: 'running' });
});

test('another page than the window’s gets no answer, even with the same preload script', async () => {
  const outcome = await desktop.app.evaluate(async ({ app, BrowserWindow }) => {
    const stranger = new BrowserWindow({
      show: false,
      webPreferences: {
        preload: `${app.getAppPath()}/build/src-main/electron/preload.cjs`,
        sandbox: true,
        contextIsolation: true,
      },
    });
    await stranger.loadURL('app://mindmesh/missing.html').catch(() => {});
    const outcome: unknown = await stranger.webContents.executeJavaScript(`(async () => {
      const heard = [];
      mindmesh.onText((text) => heard.push(text));
      mindmesh.onShell((state) => heard.push(state));
      mindmesh.send('{"id":1,"method":"stop","params":{}}');
      const refused = await mindmesh.openLogs().then(() => 'opened', (error) => error.message);
      return { heard, refused };
    })()`);
    stranger.destroy();
    return outcome;
  });
  expect(outcome).toEqual({
    heard: [],
    refused: expect.stringContaining('was no message of the window'),
  });
  expect(await desktop.snapshot()).toMatchObject({ state: 'running' });
});
