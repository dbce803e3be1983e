/** The peers that would answer a question now, stage by stage, for a chosen model. */
import { useState } from 'react';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import type { RouteView } from '../../../src-shared/route-view.ts';
import { Card } from '../../components/card.tsx';
import { SelectField } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { chosenModel } from '../../features/models/model-choice.ts';
import { useRoute } from '../../features/network/use-route.ts';
import { routeSentence } from '../../features/network/route-sentence.ts';
import { asSentence, shortPeer, text } from '../../../src-shared/words/window.ts';

const words = text.network;

type Stage = RouteView['stages'][number];

function StageLine({
  stage,
  spares,
  name,
}: {
  stage: Stage;
  spares: number;
  name: string | undefined;
}) {
  const facts = [
    ...(stage.isOwn
      ? []
      : [
          stage.relayed ? words.stepRelayed : words.stepDirect,
          stage.latencyMs === null ? words.latencyUnknown : words.milliseconds(stage.latencyMs),
        ]),
    words.stepSpeed(stage.tokensPerSecond),
    words.stepPlaces(stage.freeSessions, stage.maxSessions),
    ...(stage.isOwn ? [] : [words.stepPrice(stage.price)]),
    words.stepSpares(spares),
  ];
  return (
    <li className="relative border-l-2 border-line py-2 pl-4 before:absolute before:top-4 before:-left-[5px] before:size-2 before:rounded-full before:bg-accent">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="font-medium wrap-anywhere" title={stage.peer}>
          {stage.isOwn ? words.thisComputer : (name ?? shortPeer(stage.peer))}
        </span>
        <span className="text-sm tabular-nums">{text.status.shardLayers(stage, undefined)}</span>
      </p>
      <p className="text-sm text-muted tabular-nums">{facts.join(' · ')}</p>
    </li>
  );
}

function Route({ model, names }: { model: ModelEntry; names: ReadonlyMap<string, string> }) {
  const told = useRoute(model.manifestId);
  if (told === null) {
    return <p className="text-sm text-muted">{words.routeSearching}</p>;
  }
  if ('problem' in told) {
    return (
      <Notice look="warning" title={words.noRoute}>
        {asSentence(told.problem)}
      </Notice>
    );
  }
  const { stages, spares } = told.route;
  return (
    <>
      <p className="text-lg leading-snug text-balance">{routeSentence(stages)}</p>
      <ol aria-label={words.steps}>
        {stages.map((stage, index) => (
          <StageLine
            key={stage.firstLayer}
            stage={stage}
            spares={spares[index] ?? 0}
            name={names.get(stage.peer)}
          />
        ))}
      </ol>
    </>
  );
}

export function RouteCard({
  node,
  names,
}: {
  node: NodeStatus;
  names: ReadonlyMap<string, string>;
}) {
  const [preferred, setPreferred] = useState<string | null>(null);
  const { models } = node;
  const model =
    models.find(({ manifestId }) => manifestId === preferred) ??
    chosenModel(models, null) ??
    models[0];
  return (
    <Card title={words.route}>
      {model === undefined ? (
        <p className="text-sm text-muted">{words.noRouteModel}</p>
      ) : (
        <div className="space-y-4">
          <SelectField
            label={words.routeModel}
            className="sm:max-w-80"
            value={model.manifestId}
            choices={models.map(({ manifestId, name }) => ({ value: manifestId, label: name }))}
            onChoose={setPreferred}
          />
          <Route key={model.manifestId} model={model} names={names} />
        </div>
      )}
    </Card>
  );
}
