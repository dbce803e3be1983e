/** The machine's duty with every reason, and all readings of its sensors. */
import type { Facts } from '../../../src-shared/duty.ts';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { Settings } from '../../../src-shared/settings/settings.ts';
import { Card } from '../../components/card.tsx';
import { DutyCard } from '../../features/duty/duty-card.tsx';
import { useFacts } from '../../features/machine/use-facts.ts';
import { useSettings } from '../../features/settings/use-settings.ts';
import { asSentence, text } from '../../../src-shared/words/window.ts';
import { missingWords } from '../../../src-shared/words/words.ts';
import { ComputerCard } from './computer-card.tsx';
import { GpuCard } from './gpu-card.tsx';

const words = text.machine;

function GpuCards({ gpus, settings }: { gpus: Facts['gpus']; settings: Settings | null }) {
  if (gpus.isKnown && gpus.value.length > 0) {
    return gpus.value.map((gpu) => <GpuCard key={gpu.id} gpu={gpu} settings={settings} />);
  }
  return (
    <Card title={words.cards}>
      {gpus.isKnown ? (
        <p className="text-sm text-muted">{words.noCards}</p>
      ) : (
        <>
          <p className="text-muted italic">{words.notKnown}</p>
          <p className="text-sm wrap-anywhere">{asSentence(missingWords(gpus.reason))}</p>
        </>
      )}
    </Card>
  );
}

export function MachineView({ snapshot }: { snapshot: HostSnapshot }) {
  const facts = useFacts();
  const { settings } = useSettings();
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto w-full max-w-4xl space-y-4 p-4 md:p-6">
        <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
        <DutyCard snapshot={snapshot} withReasons />
        {facts === undefined ? null : facts === null ? (
          <Card title={words.notWatched}>
            <p className="text-sm text-muted">{words.notWatchedSentence}</p>
          </Card>
        ) : (
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <div className="space-y-4">
              <GpuCards gpus={facts.gpus} settings={settings} />
            </div>
            <ComputerCard
              facts={facts}
              cpuCeiling={settings?.cpuTemperatureCeilingCelsius ?? null}
            />
          </div>
        )}
      </div>
    </div>
  );
}
