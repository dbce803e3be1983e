import { describe, expect, it } from 'vitest';
import {
  allowsPermission,
  allowsRequest,
  appHeaders,
  appOrigin,
  isAppPage,
  isWebLink,
} from './window-security.ts';

const foreign = [
  '',
  'about:blank',
  'app://mindmesh',
  'app://mindmesh.evil.example/',
  'app://mindmesh@evil.example/',
  'app://mindmesh:80/',
  'app://me@mindmesh/',
  'app://MindMesh/',
  'app://mindmesh\\/',
  'app:///mindmesh/',
  'APP://mindmesh/',
  ' app://mindmesh/',
  'application://mindmesh/',
  'blob:app://mindmesh/1',
  'data:text/html,app://mindmesh/',
  'devtools://devtools/',
  'file:///etc/passwd',
  'https://app/mindmesh/',
  'javascript:void(0)',
  'view-source:app://mindmesh/',
];

describe('the window', () => {
  it.each(['app://mindmesh/', 'app://mindmesh/index.html#/chat'])('shows %s', (address) => {
    expect(isAppPage(address)).toBe(true);
  });

  it.each(foreign)('does not go to "%s"', (address) => {
    expect(isAppPage(address)).toBe(false);
  });

  it.each(['app://mindmesh/assets/a.js', 'data:image/svg+xml,%3Csvg/%3E'])(
    'loads %s',
    (address) => {
      expect(allowsRequest(address)).toBe(true);
    },
  );

  it.each(foreign)('does not load "%s"', (address) => {
    expect(allowsRequest(address)).toBe(false);
  });

  it.each(['https://example.org/', 'https://example.org/a?b=c#d'])(
    'lets the browser open %s',
    (address) => {
      expect(isWebLink(address)).toBe(true);
    },
  );

  it.each([
    ...foreign.filter((address) => !address.startsWith('https://')),
    'http://example.org/',
    'https://me@example.org/',
    'https://me:secret@example.org/',
    'HTTPS://example.org/',
    ' https://example.org/',
    'https://example.org/\n',
    'https:example.org',
    'smb://example.org/share',
    'ms-msdt:/id',
    `https://example.org/${'a'.repeat(2048)}`,
  ])('lets the browser not open "%s"', (address) => {
    expect(isWebLink(address)).toBe(false);
  });

  it('may copy text, and nothing else', () => {
    const page = `${appOrigin}/index.html`;
    expect(allowsPermission('clipboard-sanitized-write', page)).toBe(true);
    for (const permission of [
      'clipboard-read',
      'display-capture',
      'fileSystem',
      'geolocation',
      'media',
      'midi',
      'notifications',
      'openExternal',
      'unknown',
      '',
    ]) {
      expect(allowsPermission(permission, page)).toBe(false);
    }
  });

  it.each(foreign)('lets "%s" not even copy', (address) => {
    expect(allowsPermission('clipboard-sanitized-write', address)).toBe(false);
  });
});

describe('the content-security policy', () => {
  const policy = new Map(
    appHeaders['content-security-policy'].split('; ').map((directive) => {
      const [name, ...sources] = directive.split(' ');
      return [name, sources];
    }),
  );

  it('allows what is not named nowhere', () => {
    expect(policy.get('default-src')).toEqual(["'none'"]);
  });

  it('takes code and styles from the own files only', () => {
    expect(policy.get('script-src')).toEqual(["'self'"]);
    expect(policy.get('style-src')).toEqual(["'self'"]);
  });

  it.each(['connect-src', 'frame-src', 'object-src', 'worker-src', 'media-src'])(
    'leaves %s to what is allowed nowhere',
    (directive) => {
      expect(policy.has(directive)).toBe(false);
    },
  );

  it.each(['base-uri', 'form-action', 'frame-ancestors'])(
    'names %s, which the default does not cover',
    (directive) => {
      expect(policy.get(directive)).toEqual(["'none'"]);
    },
  );

  it('has no word that lets in inline or made-up code, or any other place', () => {
    expect(appHeaders['content-security-policy']).not.toMatch(/unsafe|https?:|wss?:|\*|blob:/);
  });
});
