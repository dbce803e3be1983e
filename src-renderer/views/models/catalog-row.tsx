/** A model that can be downloaded: size, licence, whether it fits, and its download. */
import type { ReactNode } from 'react';
import type { CatalogEntry } from '../../../src-shared/catalog.ts';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { useHost } from '../../features/host-client/host-context.tsx';
import { useAction } from '../../features/host-client/use-action.ts';
import { safeLink } from '../../features/markdown/safe-link.ts';
import { fitOf } from '../../features/models/fit.ts';
import { ProgressLine } from '../../features/models/progress-line.tsx';
import { asSentence, text } from '../../../src-shared/words/window.ts';
import { HostNewModel } from './host-new-model.tsx';

const words = text.models;

function WebLink({
  address,
  label,
  children,
}: {
  address: string;
  label: string;
  children: ReactNode;
}) {
  const safe = safeLink(address);
  return safe === null ? (
    children
  ) : (
    <a
      href={safe}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={label}
      title={safe}
      className="text-accent underline underline-offset-2"
    >
      {children}
    </a>
  );
}

function Fit({ size, roomBytes }: { size: number; roomBytes: number | undefined }) {
  const fit = fitOf(size, roomBytes);
  if (fit === 'unknown') {
    return null;
  }
  return (
    <StateBadge tone={fit === 'fits' ? 'good' : 'quiet'}>
      {fit === 'fits' ? words.fits : words.tooLarge}
    </StateBadge>
  );
}

export function CatalogRow({
  entry,
  node,
  roomBytes,
  freeBytes,
}: {
  entry: CatalogEntry;
  node: NodeStatus;
  roomBytes: number | undefined;
  freeBytes: number | undefined;
}) {
  const host = useHost();
  const { isAsking, problem, follow } = useAction();
  const cancelling = useAction();
  const { id, name, parameters, licence, page, sizeBytes, isHere, manifestId, pool } = entry;
  const facts = [
    ...(pool === undefined ? [] : [words.fromPool(pool.name)]),
    ...(parameters === '' ? [] : [words.parameters(parameters)]),
    entry.quantisation,
    words.downloadSize(sizeBytes),
  ];
  // The file of a pool's model may come from its members, who send it by layers.
  const download = node.downloads?.find(
    (each) => each.model === name && (each.manifestId === null || pool !== undefined),
  );
  const isTooLarge = fitOf(sizeBytes, roomBytes) === 'too large';
  const hasDisk = freeBytes === undefined || sizeBytes <= freeBytes;

  const start = (): void =>
    follow(
      // A download that was cancelled, here or in another window, needs no message.
      host.request('downloadModel', { model: id }).catch((error: unknown) => {
        if (!isCancelled(error)) {
          throw error;
        }
      }),
    );
  return (
    <li className="space-y-2 py-4 first:pt-0 last:pb-0">
      <div className="flex items-start justify-between gap-x-4 gap-y-2 max-sm:flex-wrap">
        <div className="min-w-0">
          <h3 className="font-medium wrap-anywhere">{name}</h3>
          <p className="text-xs text-muted tabular-nums">
            {facts.join(' · ')} · {words.licence}{' '}
            <WebLink address={licence.url} label={words.licenceAria(licence.name, name)}>
              {licence.name}
            </WebLink>
            {safeLink(page) === null ? null : (
              <>
                {' · '}
                <WebLink address={page} label={words.pageAria(name)}>
                  {words.page}
                </WebLink>
              </>
            )}
          </p>
        </div>
        {isHere ? (
          <StateBadge tone="good">{words.here}</StateBadge>
        ) : download === undefined ? (
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1 sm:shrink-0">
            <Fit size={sizeBytes} roomBytes={roomBytes} />
            <Button
              icon="down"
              disabled={!hasDisk || isAsking}
              aria-label={words.downloadAria(name, sizeBytes)}
              onClick={start}
            >
              {words.download}
            </Button>
          </span>
        ) : null}
      </div>
      {download === undefined ? null : (
        <ProgressLine
          name={words.downloading(name)}
          done={download.doneBytes}
          total={download.totalBytes}
          amounts={words.progress(download.doneBytes, download.totalBytes)}
        >
          <Button
            disabled={cancelling.isAsking}
            aria-label={words.cancelAria(name)}
            onClick={() => cancelling.follow(host.request('cancelDownload', { model: id }))}
          >
            {words.cancel}
          </Button>
        </ProgressLine>
      )}
      {isHere && manifestId !== undefined ? (
        <HostNewModel manifestId={manifestId} models={node.models} />
      ) : null}
      {!isHere && !hasDisk && freeBytes !== undefined ? (
        <p className="text-sm text-muted">{words.noDisk(sizeBytes, freeBytes)}</p>
      ) : !isHere && isTooLarge ? (
        <p className="text-sm text-muted">{words.tooLargeHelp}</p>
      ) : null}
      <Problem>
        {problem === null ? cancelling.problem : words.downloadFailed(asSentence(problem))}
      </Problem>
    </li>
  );
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'cancelled';
}
