// Lists sync jobs with the client that was generated from the OpenAPI document.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"tributary/client"
)

func main() {
	configuration := client.NewConfiguration()
	configuration.Servers = client.ServerConfigurations{{URL: os.Args[1]}}
	api := client.NewAPIClient(configuration)
	background := context.Background()

	properties := client.NewConnectorProperties()
	properties.SetIndexName("search-orders")
	properties.SetServiceType("postgresql")
	put, _, err := api.ConnectorsAPI.ConnectorPut(background, "connector-1").ConnectorProperties(*properties).Execute()
	check(err)
	job := client.NewSyncJobCreation(put.GetId())
	created, _, err := api.ConnectorSyncJobsAPI.ConnectorSyncJobPost(background).SyncJobCreation(*job).Execute()
	check(err)

	list, _, err := api.ConnectorSyncJobsAPI.ConnectorSyncJobList(background).Status([]string{"pending"}).Execute()
	check(err)
	found := list.GetResults()[0]
	fmt.Println(list.GetCount(), found.GetStatus(), found.GetId() == created.GetId())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
