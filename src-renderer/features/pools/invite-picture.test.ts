import { describe, expect, it } from 'vitest';
import { maxInviteLink } from '../../../src-shared/pool.ts';
import { invitePicture } from './invite-picture.ts';

describe('the picture of an invite', () => {
  it('is an image by itself, whose content cannot end it', () => {
    const picture = invitePicture('mindmesh://join/AAAA"><script>') ?? '';
    expect(picture).toMatch(/^data:image\/svg\+xml,%3Csvg[A-Za-z0-9%._~!*'()-]+$/);
    expect(decodeURIComponent(picture)).not.toContain('script');
  });

  it('is there for the longest link, and not for what no QR code holds', () => {
    expect(invitePicture('x'.repeat(maxInviteLink))).not.toBeNull();
    expect(invitePicture('x'.repeat(8000))).toBeNull();
  });
});
