package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

func handler(ctx context.Context, event events.SQSEvent) (map[string]any, error) {
	c, _ := lambdacontext.FromContext(ctx)
	if len(event.Records) == 0 {
		return nil, fmt.Errorf("no records")
	}
	return map[string]any{"body": event.Records[0].Body, "id": c.AwsRequestID}, nil
}

func main() { lambda.Start(handler) }
