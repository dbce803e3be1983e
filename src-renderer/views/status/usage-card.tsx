/** How much was received and served. */
import type { UsageSummary } from '../../../src-shared/api/usage.ts';
import { Card } from '../../components/card.tsx';
import { Facts } from '../../components/facts.tsx';
import { UsageChart } from '../../features/usage/usage-chart.tsx';
import { useUsage, type UsageState } from '../../features/usage/use-usage.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.status;

function Summary({ usage }: { usage: UsageSummary }) {
  const nothing = usage.answers === 0 && usage.tokensServed === 0;
  return (
    <>
      <Facts
        facts={[
          { name: words.answers, value: words.count(usage.answers) },
          { name: words.received, value: words.count(usage.tokensReceived) },
          { name: words.served, value: words.count(usage.tokensServed) },
        ]}
      />
      {nothing ? (
        <p className="mt-3 text-sm text-muted">{words.noUsage}</p>
      ) : (
        <UsageChart days={usage.days} />
      )}
    </>
  );
}

function content(usage: UsageState) {
  if (usage === 'loading' || usage === 'failed') {
    return (
      <p className="text-sm text-muted">
        {usage === 'loading' ? words.usageLoading : words.usageFailed}
      </p>
    );
  }
  return <Summary usage={usage} />;
}

export function UsageCard() {
  const usage = useUsage();
  return <Card title={words.usage}>{content(usage)}</Card>;
}
