/**
 * Makes the window's session refuse, whatever its pages ask for, permissions, devices, and addresses other than its
 * own.
 */
import type { Session } from 'electron';
import { allowsPermission, allowsRequest } from './window-security.ts';

export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl }) =>
    callback(allowsPermission(permission, requestingUrl)),
  );
  // An origin has no slash at its end, unlike an address.
  session.setPermissionCheckHandler((_contents, permission, origin) =>
    allowsPermission(permission, origin.replace(/\/?$/, '/')),
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}));
  session.webRequest.onBeforeRequest(({ url }, callback) =>
    callback({ cancel: !allowsRequest(url) }),
  );
  session.on('will-download', (event) => event.preventDefault());
  session.setSpellCheckerEnabled(false);
}
